"""The settings file: which one holds, and what each of its keys may say."""
