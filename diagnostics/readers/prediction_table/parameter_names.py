"""Columns that are called like the settings of a model, or like the number of a candidate."""

from __future__ import annotations

#: What only counts or names the candidates, where the settings themselves stand beside it.
NUMBERS_OF_SETTINGS = (
    r"config(?:uration)?(?:_?(?:id|name|no|idx|index))?|trial(?:_?(?:id|no|number|name))?"
    r"|candidate(?:_?(?:id|no|idx|index|name))?|param(?:eter)?_?set(?:_id)?|setting(?:_?id)?"
    r"|run_?(?:no|number|idx|index)|grid_?(?:id|index|row)|combination|experiment_?id"
)
_SETTINGS = """
    seed random_state random_seed c cost gamma nu kernel degree coef0 alpha lambda l1 l2 l1_ratio
    reg_\\w+ regularization penalty mixture solver tol max_iter criterion splitter
    lr learning_rate learn_rate eta momentum weight_decay batch_size epochs? n_epochs num_epochs
    optimi[sz]er scheduler warmup\\w* dropout\\w* activation hidden\\w* n_layers num_layers layers
    units embedding_dim hidden_units
    n_estimators num_trees n_trees ntree ntrees trees nrounds iterations num_round boosting_rounds
    mtry max_features max_depth tree_depth interaction_depth depth min_n min_samples_\\w+
    min_node_size nodesize n_minobsinnode min_child_weight min_data_in_leaf num_leaves max_leaf\\w*
    max_leaves splitrule shrinkage loss_reduction stop_iter subsample sample_size colsample_\\w+
    bagging_\\w+ feature_fraction cost_complexity cp prune
    k kmax n_neighbors neighbors num_neighbors distance metric weight_func dist_power p_norm
    sigma rbf_sigma scale scale_factor size decay bag laplace fl usekernel adjust smoothness
    var_smoothing fraction threshold cutoff cut_off cut temperature top_p top_k prompt prompt_id
    prompt_name prompt_template template shots n_shots num_shots few_shot
    ngram\\w* max_df min_df vectori[sz]er analyzer stop_words tokenizer n_components num_comp ncomp
    num_terms max_tokens max_length max_len min_freq freq_cut unique_cut
    params? parameters? hyper_?params? hparams? (?:params?|hp|hparams?|hyper_?params?)_\\w+
"""
#: Settings of the libraries that people search with.
PARAMETER = rf"(?:{'|'.join(_SETTINGS.split())})|{NUMBERS_OF_SETTINGS}"
