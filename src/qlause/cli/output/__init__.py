"""Documents, trees and messages to text on a terminal, in a pipe or in a file."""
