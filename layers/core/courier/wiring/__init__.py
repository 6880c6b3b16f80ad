"""The composition root, one module a stage: only here the environment is read and clients opened, once a process."""
