import rules

rules.add_perm("topics.view_topic", rules.always_allow)
