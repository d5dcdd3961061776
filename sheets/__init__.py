"""The way in and the way back: workbooks, what stands in them, and what is wrong there."""
