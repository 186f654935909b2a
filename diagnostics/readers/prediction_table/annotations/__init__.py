"""Exports of annotation tools: what people said is the truth, what a model suggested its answer."""
