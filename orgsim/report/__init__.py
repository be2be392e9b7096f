"""What a run says to a person: figures, sentences and pages, all drawn from the result store.

Report reads tables (pandas frames of a `RunResult`) and never the model, so that anything shown
here can be recomputed from the files in a results folder alone.
"""
