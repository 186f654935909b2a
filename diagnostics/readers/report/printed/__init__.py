"""Reports and matrices as programs print them: found in a text, read, named, and paired."""
