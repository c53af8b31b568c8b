"""The contracts that the stages share."""
