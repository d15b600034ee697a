package labels

import future.keywords.contains
import future.keywords.if
import future.keywords.in

# One violation for an object, as CEL has it: everything that is wrong in the mode of the constraint.
violation contains {"msg": msg, "details": {"faults": faults}} if {
	judges
	faults := [fault | some listed in wrong; some fault in listed]
	count(faults) > 0
	msg := shortened(trim_space(sprintf("%s: %s", [address, concat("; ", faults)])))
}

shortened(text) := text if {
	count(text) <= longest
} else := concat("", [substring(text, 0, longest), "..."])

longest := 1250

# Deletions and subresources are left alone, and so is what is nobody's to mend any more, or whose maker is judged.
judges if {
	object.get(input.review, "operation", "") != "DELETE"
	object.get(input.review, "subResource", "") == ""
	not made.metadata.deletionTimestamp
	not owned
	not excluded
}

owned if {
	some owner in made.metadata.ownerReferences
	owner.controller == true
	group_kind(owner) in controllers
}

made := input.review.object

kind := group_kind(made)

group_kind(named) := named.kind if {
	not contains(named.apiVersion, "/")
} else := concat("/", [split(named.apiVersion, "/")[0], named.kind])

name := made.metadata.name if {
	made.metadata.name != ""
} else := concat("", [made.metadata.generateName, "*"]) if {
	made.metadata.generateName != ""
} else := ""

in_namespace := object.get(made, ["metadata", "namespace"], "")

address := concat("/", [made.kind, name]) if {
	name != ""
} else := concat("/", [made.kind, "(no name)"])

# The labels of the namespace count where a tag says so. Gatekeeper tells them since 3.22, older ones where Namespaces
# are synced; where they are hidden, nobody is asked for a tag that may be inherited.
above := object.get(namespace, ["metadata", "labels"], {}) if {
	namespace
} else := {}

# A namespace that Gatekeeper does not know is an empty object there.
namespace := input.review.namespaceObject if {
	input.review.namespaceObject.metadata
} else := data.inventory.cluster.v1.Namespace[in_namespace]

hidden if {
	in_namespace != ""
	not namespace
}

# Everything that is billed, with its tags, each under its own key; `open` says that there may be further labels.
judged := [carrier |
	some c in counted
	carrier := object.union(c, {
		"open": is_open(c),
		"tags": {key: value | some key, tag in wanted; value := found(c, tag)},
		"older": {key: gone | some key, tag in wanted; gone := retired(c, tag)},
	})
]

counted := [] if {
	unchanged
} else := carriers(made)

# In mode deny an update passes that leaves the labels as they are.
unchanged if {
	is_fair
	input.parameters.mode == "deny"
	input.review.operation == "UPDATE"
	{c | some c in carriers(made)} == {c | some c in carriers(input.review.oldObject)}
	labels_at(made, own) == labels_at(input.review.oldObject, own)
}

own := ["metadata", "labels"]

own_labels := {} if {
	unchanged
} else := labels_at(made, own)

# The object's own labels are looked at too, even where they are not those of what is billed.
labelled := counted if {
	unchanged
} else := counted if {
	some c in counted
	c.at == "metadata.labels"
	count(c.labels) > 0
} else := array.concat([{"at": "metadata.labels", "labels": [labels_at(made, own)]}], counted)

is_open(c) if {
	count(c.labels) == 0
} else if {
	merged
} else := false

# Of the keys of a tag, the first that is there: on the carrier, then on its namespace.
found(c, tag) := values[0] if {
	values := array.concat(
		[value | some key in tag.keys; value := value_of(c, key)],
		[value | some key in tag.keys; tag.inherited; value := above[key]],
	)
}

# A key that does not count any more.
retired(c, tag) := keys[0] if {
	keys := array.concat(
		[key | some key in tag.older; value_of(c, key) != null],
		[key | some key in tag.older; tag.inherited; above[key] != null],
	)
}

value_of(c, key) := [labels[key] | some labels in c.labels][0]

# Return what an object makes and that is billed: where its labels are written, and the maps that they come from, of
# which the first that has a key counts.
carriers(of) := listed if {
	listed := [carrier | some spot in shape.spots; some carrier in standing(of, spot)]
	count(listed) > 0
} else := [{"at": "metadata.labels", "labels": [labels_at(of, own)]}] if {
	shape.propagates
} else := [{"at": "metadata.labels", "labels": []}]

shape := each if {
	some each in shapes
	kind in each.kinds
}

# Return what stands at a spot, in each element of the lists around it.
standing(of, spot) := [carrier |
	some place in around(of, spot.loops)
	some_of(place.node, spot.only_with)
	node := object.get(place.node, spot.at, null)
	is_object(node)
	carrier := {
		"at": concat("", [place.way, written(node, spot)]),
		"labels": array.concat(
			[labels_at(node, path) | some path in spot.labels],
			[labels_at(of, path) | some path in spot.inherits],
		),
	}
]

around(of, loops) := [{"way": "", "node": of}] if {
	count(loops) == 0
} else := elements({"way": "", "node": of}, loops[0]) if {
	count(loops) == 1
} else := [inner |
	some outer in elements({"way": "", "node": of}, loops[0])
	some inner in elements(outer, loops[1])
]

elements(place, loop) := [element |
	all := object.get(place.node, loop.at, {})
	is_object(all)
	some key, node in all
	is_object(node)
	element := {"way": sprintf("%s%s.%s.", [place.way, concat(".", loop.at), key]), "node": node}
] if {
	loop.keyed
} else := [element |
	all := object.get(place.node, loop.at, [])
	is_array(all)
	some node in all
	is_object(node)
	called := object.get(node, loop.named_by, "")
	element := {"way": sprintf("%s%s[%s].", [place.way, concat(".", loop.at), called]), "node": node}
]

some_of(node, fields) if {
	count(fields) == 0
} else if {
	some field in fields
	field in object.keys(node)
}

# Of two places for labels, the one in the template is shown where there is a template.
written(node, spot) := spot.in_template if {
	"template" in object.keys(node)
	spot.in_template
} else := spot.written

labels_at(of, path) := labels if {
	labels := object.get(of, path, {})
	is_object(labels)
} else := {}

# Of many carriers with the same fault, the first few stand for all.
told(messages) := array.concat(
	array.slice(messages, 0, few),
	[sprintf("and %d more like this", [count(messages) - few]) | count(messages) > few],
)

few := 5

# Say which keys come near that of a tag, and which one does not count any more.
hints(c, key) := concat("", array.concat(
	[sprintf(", but %s is there, which is misspelt", [other]) | some other in misspelt(c, key)],
	[sprintf(", but %s is there, which does not count any more", [gone]) | gone := c.older[key]],
))

misspelt(c, key) := [other |
	some labels in c.labels
	some other, _ in labels
	not other in known_keys
	regex.match(near[key], plain(other))
]

plain(key) := strings.replace_n({"-": "", "_": "", ".": "", "/": ""}, lower(key))

# A tag is missing for sure, or there is a wrong key in its place.
lacks(c, _) if not c.open

lacks(c, key) if is_mistaken(c, key)

is_mistaken(c, key) if count(misspelt(c, key)) > 0

is_mistaken(c, key) if c.older[key]
