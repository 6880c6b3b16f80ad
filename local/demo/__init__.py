"""`make demo`: the main job from end to end, through the interfaces that an application has."""
