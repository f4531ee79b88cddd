"""The sheets and settings of the input, declared; ``optimizer.schema`` looks them up."""
