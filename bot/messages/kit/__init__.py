"""The parts that messages are made of."""
