"""A model's folder comes from anywhere: what is looked at before anything is loaded from it."""
