"""qlause beside other libraries and beside Python by hand."""
