"""The citizen's side: conversation engine, channels and gateway."""
