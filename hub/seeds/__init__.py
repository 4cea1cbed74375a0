"""The demo network, which is also the tests' world; synthetic, and marked as such."""
