"""The SQLite file: snapshots, recorded figures, deliveries."""
