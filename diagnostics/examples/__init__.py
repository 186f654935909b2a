"""The examples behind the numbers: content, attributes, slices, filters, lists, neighbours."""
