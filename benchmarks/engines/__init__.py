"""What qlause writes, run on the engines that it is written for."""
