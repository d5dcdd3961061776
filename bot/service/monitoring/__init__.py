"""The state of a running bot, for those who look after it: health, metrics, the runs of its jobs."""
