"""Why one answer: exact, by SHAP, by LIME, or as it came with the run."""
