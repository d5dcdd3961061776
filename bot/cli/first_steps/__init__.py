"""The first steps: a demo of the main job, and the questions that set nrrbot up."""
