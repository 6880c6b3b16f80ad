"""The steps of the machine, one module each: a payload in, a value with its `outcome` out."""
