# The resources of a Terraform or OpenTofu plan (`terraform show -json`) with the tags that they will have.
package tagward.acme

import rego.v1

# Return every resource that can carry tags. For each tag, `wanted` has the keys that count on a cloud, the
# preferred one first, and what the tag may be inherited from. In a resource, `labels` holds all of its tags by
# key (null: the value is not known until apply), `chosen` the keys that the platform does not set by itself,
# `tags` the known values by tag, `unknown` the tags whose value is not known until apply, and `missing` those
# that are certainly not there.
resources(wanted) := [resource |
	some change in changes
	labels := labels_of(change)
	keys := {tag: each.keys[labels.cloud] | some tag, each in wanted}
	found := {tag: first(keys[tag], labels, wanted[tag].inherit) | some tag, _ in keys}
	resource := {
		"address": change.address,
		"type": change.type,
		"name": name(change),
		"cloud": labels.cloud,
		"labels": labels.all,
		"chosen": {key | some key, _ in labels.all; not startswith(lower(key), platforms[labels.cloud])},
		"tags": {tag: value | some tag, key in found; value := labels.all[key]; value != null},
		"unknown": {tag | some tag, key in found; labels.all[key] == null},
		"missing": {tag |
			some tag, _ in keys
			not found[tag]
			not labels.open
			not may_inherit(change, labels.cloud, wanted[tag].inherit)
		},
	}
]

platforms := {"aws": "aws:", "azure": "hidden-", "gcp": "goog-"}

# The tag is there, be its value known or not.
has(resource, tag) if resource.tags[tag]

has(resource, tag) if tag in resource.unknown

# It is known what the tag is, or that it is not there.
settled(resource, tag) if resource.tags[tag]

settled(resource, tag) if tag in resource.missing

# Return what is wrong with a resource, as conftest shows it.
finding(resource, tag, rule, said) := {
	"msg": sprintf("%s: %s", [resource.address, said]),
	"resource": resource.address,
	"type": resource.type,
	"tag": tag,
	"rule": rule,
}

# What the apply leaves behind: data sources and what is destroyed are not judged.
changes := [change |
	some change in input.resource_changes
	object.get(change, "mode", "managed") != "data"
	object.get(change, "deposed", null) == null
	stays(change.change)
]

stays(change) if not change.actions[0]

stays(change) if {
	some action in change.actions
	not action in {"delete", "forget", "read"}
}

name(change) := change.change.after.name if {
	is_string(change.change.after.name)
} else := object.get(change, "name", "")

# Of the keys of a tag, the first that is there; what a provider adds counts only where the tag says so.
first(keys, labels, inherit) := [key |
	some key in keys
	key in object.keys(labels.all)
	counts(key, labels.added, inherit)
][0]

counts(key, added, _) if not key in added

counts(_, _, inherit) if "provider" in inherit

# What a plan may declare that holds others, and how a tag says that it is inherited from there. Whose tags
# reach what is not followed: where there is such a thing, nobody can tell.
may_inherit(change, cloud, inherit) if {
	some layer in inherit
	layer in inherited[cloud]
	layer in declared
	not change.type in outside[layer]
}

declared contains containers[change.type] if some change in changes

inherited := {"aws": set(), "azure": {"resource-group", "subscription"}, "gcp": {"project"}}

containers := {
	"azurerm_resource_group": "resource-group",
	"azurerm_subscription": "subscription",
	"google_project": "project",
}

outside := {
	"resource-group": {"azurerm_resource_group", "azurerm_subscription"},
	"subscription": {"azurerm_subscription"},
	"project": {"google_project"},
}

# Return the effective tags of a resource: `all` of them by key, those that its provider `added`, and whether the
# list is `open`, because more tags may turn up at the apply.
labels_of(change) := folded(effective(shown, additions(change, shown))) if shown := show(change)

effective(shown, extra) := {
	"cloud": shown.cloud,
	"all": all,
	"added": {key | some key in beside; is_providers(shown.cloud, extra)},
	"open": may_add(extra, beside),
} if {
	all := whole(shown)
	beside := object.keys(all) - object.keys(shown.own)
} else := {
	"cloud": shown.cloud,
	"all": object.union(extra.tags, shown.own),
	"added": object.keys(extra.tags) - object.keys(shown.own),
	"open": true in {shown.open, extra.open},
}

# Where nothing of computed additions is shown, there may be some.
may_add(extra, beside) if {
	extra.computed
	count(beside) == 0
} else := false

# What the provider merged, with the resource's own tags, of which those that are not known yet may override it.
whole(shown) := object.union(object.union(shown.own, shown.merged), shown.late) if is_object(shown.merged)

# Labels beside a Google resource's own were put there by somebody else where the provider adds none.
is_providers(cloud, _) if cloud != "gcp"

is_providers(_, extra) if extra.open

is_providers(_, extra) if count(extra.tags) > 0

is_providers(_, _) if not complete

# Azure compares tag names without case; no provider adds to its tags.
folded(labels) := {"cloud": labels.cloud, "all": all, "added": set(), "open": labels.open} if {
	labels.cloud == "azure"
	all := {low: value |
		some key, _ in labels.all
		low := lower(key)
		value := only([each | some other, each in labels.all; lower(other) == low])
	}
} else := labels

only(values) := values[0] if {
	count(values) == 1
} else := null

# Return what a change shows of the tags of a resource that can carry tags: its `own`, which of them are known
# `late`, what the provider `merged` of them and its additions (null where that is not known), whether the own
# ones are `open` as a whole, and whether the type is one that the provider `merges`.
show(change) := {
	"cloud": cloud,
	"own": object.union(texts(values), late),
	"late": late,
	"merged": merged(change, cloud),
	"open": marks == true,
	"merges": is_merging(change, cloud),
} if {
	cloud := clouds[provider(change)]
	not change.type in others
	place := place_of(change, cloud)
	values := values_of(change, place)
	marks := marks_of(change, place)
	takes(values, value_at(unknowns(change), place))
	late := marked(marks)
}

clouds := {"aws": "aws", "azurerm": "azure", "google": "gcp", "google-beta": "gcp"}

# The last part of the provider's address, which hand-made plans leave out.
provider(change) := name if {
	is_string(change.provider_name)
	parts := split(trim_right(change.provider_name, "/"), "/")
	name := parts[count(parts) - 1]
	name != ""
} else := split(change.type, "_")[0]

# The attribute that holds a type's own tags, or the block and the attribute in it.
place_of(change, cloud) := elsewhere[change.type] if {
	cloud == "gcp"
} else := ["user_labels"] if {
	cloud == "gcp"
	startswith(change.type, "google_monitoring_")
} else := group_place(change) if {
	is_group(change)
} else := [attributes[cloud]]

attributes := {"aws": "tags", "azure": "tags", "gcp": "labels"}

elsewhere := {
	"google_cloud_run_service": ["metadata", "labels"],
	"google_container_cluster": ["resource_labels"],
	"google_container_node_pool": ["node_config", "resource_labels"],
	"google_sql_database_instance": ["settings", "user_labels"],
}

# A provider shows an attribute of every type that has it, as null where it is not set.
takes(labels, _) if is_object(labels)

takes(null, _)

takes(_, true)

# Types whose `tags` or `labels` are something else.
others := {
	"aws_devopsguru_resource_collection",
	"azurerm_api_management_named_value",
	"azurerm_api_management_workspace_named_value",
	"azurerm_sentinel_threat_intelligence_indicator",
	"google_cloud_identity_group",
	"google_deployment_manager_deployment",
}

# The tags of an Auto Scaling group are blocks of a key and a value: `tag`, in old versions also `tags`.
is_group(change) if change.type == "aws_autoscaling_group"

has_blocks(change, name) if {
	is_array(change.change.after[name])
	count(change.change.after[name]) > 0
}

is_shown(change, name) if name in (object.keys(change.change.after) | object.keys(unknowns(change)))

group_place(change) := ["tags"] if {
	has_blocks(change, "tags")
	not has_blocks(change, "tag")
} else := ["tag"] if {
	is_shown(change, "tag")
} else := ["tags"]

# Return the blocks as a map, or else the marks of what is unknown in them.
in_blocks(change, place, found) := object.union_n([{block.key: value} |
	some number, block in change.change.after[place[0]]
	is_string(block.key)
	value := object.get(found, [place[0], number, "value"], null)
])

# Return a resource's own tags: null where they are not set, `nowhere` where the type has no such place.
values_of(change, place) := value_at(change.change.after, place) if {
	not is_group(change)
} else := in_blocks(change, place, change.change.after) if {
	is_array(change.change.after[place[0]])
} else := nowhere

# Return what is at a place, null for a block that is not there, and `nowhere` where the type has no such place.
value_at(values, place) := at(values, place) if {
	at(values, place) != nowhere
} else := nowhere

at(values, place) := values[place[0]] if count(place) == 1

at(values, place) := values[place[0]][0][place[1]] if count(place) == 2

at(values, place) := values[place[0]] if {
	count(place) == 2
	values[place[0]] in {null, true}
}

at(values, place) := null if {
	count(place) == 2
	values[place[0]] == []
}

nowhere := "nowhere"

unknowns(change) := change.change.after_unknown if {
	is_object(change.change.after_unknown)
} else := {}

# True where a resource's own tags are unknown as a whole, else the unknown keys. In a block, what the
# configuration leaves out is unknown only because the provider fills it.
marks_of(change, place) := in_blocks(change, place, unknowns(change)) if {
	is_group(change)
	is_array(change.change.after[place[0]])
} else := value_at(unknowns(change), place) if {
	decided(change, place)
} else := {}

decided(_, place) if count(place) == 1

decided(change, _) if not configured[address(change)]

decided(change, place) if {
	some block in configured[address(change)].expressions[place[0]]
	block[place[1]]
}

marked(marks) := {key: null | some key, mark in marks; mark == true} if {
	is_object(marks)
} else := {}

texts(values) := {key: text(value) | some key, value in values; value != null} if {
	is_object(values)
} else := {}

text(value) := value if {
	is_string(value)
} else := json.marshal(value)

merged(change, cloud) := labels if {
	labels := [object.union(theirs, marked(object.get(unknowns(change), attribute, {}))) |
		some attribute in merging[cloud]
		values := change.change.after[attribute]
		is_object(values)
		theirs := {key: value | some key, value in texts(values); not is_googles(key, cloud)}
	][0]
} else := null

merging := {"aws": ["tags_all"], "azure": [], "gcp": ["effective_labels", "terraform_labels"]}

# Whether the provider adds tags to the type, in the version that made the plan.
is_merging(change, cloud) if {
	some attribute in array.slice(merging[cloud], 0, 1)
	attribute in (object.keys(change.change.after) | object.keys(unknowns(change)))
} else := false

# Google adds labels of its own (goog-terraform-provisioned).
is_googles(key, "gcp") if startswith(key, "goog-")

# Return what the provider of a resource adds: the tags that are certain, whether there may be more, and whether
# these are computed, which is to say that more than input variables decide about them.
additions(change, shown) := adding[key] if {
	reaches(shown)
	key := provider_key(change)
	adding[key]
} else := {"tags": {}, "open": false, "computed": false}

reaches(shown) if shown.merges

reaches(_) if not complete

# A plan shows all attributes of every resource; hand-made ones and trimmed ones do not.
complete if {
	is_object(input.planned_values.root_module)
	input.configuration.root_module
}

adding := {key: learnt(key, written) | some key, written in defaults}

# Default tags that are an expression are learnt from what resources have beside their own.
learnt(key, written) := {"tags": object.union_n(given), "open": count(bare) == 0, "computed": false} if {
	written.open
	given := [sample.beside | some sample in samples; sample.provider == key]
	bare := [sample | some sample in samples; sample.provider == key; sample.own == 0]
	count(given) > 0
} else := written

samples := [{"provider": provider_key(change), "own": count(shown.own), "beside": beside} |
	some change in array.slice(changes, 0, 500)
	shown := show(change)
	beside := {key: value | some key, value in whole(shown); not key in object.keys(shown.own)}
	count(beside) > 0
]

defaults[key] := {"tags": texts(written.constant_value), "open": false, "computed": false} if {
	some key, written in default_tags
	"constant_value" in object.keys(written)
}

defaults[key] := {"tags": texts(variable(references)), "open": true, "computed": is_computed(references)} if {
	some key, written in default_tags
	not "constant_value" in object.keys(written)
	references := object.get(written, "references", [])
}

# The value of an input variable, where an expression is no more than that.
variable(references) := input.variables[name].value if {
	count(references) == 1
	startswith(references[0], "var.")
	name := substring(references[0], 4, -1)
} else := null

is_computed(references) if {
	count([reference | some reference in references; startswith(reference, "var.")]) < max([1, count(references)])
} else := false

# How each provider configuration spells its default tags or labels.
default_tags[key] := written if {
	some key, provider in providers
	written := spelled(provider)
	is_object(written)
}

spelled(provider) := provider.expressions.default_labels if {
	provider.name in {"google", "google-beta"}
} else := provider.expressions.default_tags[0].tags

# In a module, the configuration of a provider that says nothing stands for the one of its caller.
providers := {key: provider |
	some key, provider in input.configuration.provider_config
	says_something(key, provider)
}

says_something(key, _) if not contains(key, ":")

says_something(_, provider) if count(provider.expressions) > 0

# Return the key of the configuration that plans a resource.
provider_key(change) := name if {
	name := provider(change)
	{key | some key, _ in providers; local_name(key) == name} == {name}
} else := [key |
	named := object.get(configured, [address(change), "provider_config_key"], provider(change))
	some key in candidates(named)
	providers[key]
][0]

local_name(key) := split(split(key, ":")[count(split(key, ":")) - 1], ".")[0]

# The keys that may stand for one that is used in a module: of that module, of those around it, of the root.
candidates(key) := [key] if {
	not contains(key, ":")
} else := array.concat(in_modules, [name]) if {
	[path, name] := split(key, ":")
	steps := split(path, ".")
	in_modules := [inner |
		some length in numbers.range_step(count(steps), 2, 2)
		inner := concat(":", [concat(".", array.slice(steps, 0, length)), name])
	]
}

# The configuration of each resource, by its address without instance keys.
configured := {full: resource |
	walk(input.configuration.root_module, [path, resource])
	is_resource(path)
	last := count(path) - 1
	modules := [concat("", ["module.", step, "."]) | some number, step in path; number % 3 == 1; number < last]
	full := concat("", array.concat(modules, [resource.address]))
}

is_resource(path) if {
	deep := count(path) - 2
	path[deep] == "resources"
	deep % 3 == 0
	every number, step in array.slice(path, 0, deep) {
		is_step(number % 3, step)
	}
}

# The way into a module: `module_calls`, the name of the call, `module`.
is_step(0, "module_calls")

is_step(1, _)

is_step(2, "module")

address(change) := regex.replace(change.address, `\[(?:"(?:[^"\\]|\\.)*"|\d+)\]`, "")

# Nothing evaluated is not a pass.
warn contains {"msg": "no resource changes: is this what `terraform show -json` writes?"} if {
	not input.resource_changes
}

warn contains {"msg": "planning ended with an error: resources may be missing from the plan"} if input.errored == true
