"""Libraries that write SQL themselves: each module embeds the texts of ``qlause.sql`` in what its library composes."""
