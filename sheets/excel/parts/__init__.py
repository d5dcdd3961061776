"""The parts of an .xlsx package: find their elements, change some bytes, leave all others."""
