/* What the document names once; see component.h. */
#include "http/component.h"

static json_t *components; /* of the document being made */

void
component_begin(json_t *doc)
{
	components = json_object_get(doc, "components");
}

void
component_keep(const char *kind, const char *name, json_t *v)
{
	json_object_set_new(json_object_get(components, kind), name, v);
}

int
component_kept(const char *kind, const char *name)
{
	return (
	    json_object_get(json_object_get(components, kind), name) != NULL);
}

json_t *
component_ref(const char *kind, const char *name)
{
	return (json_pack("{s:o}", "$ref",
	    json_sprintf("#/components/%s/%s", kind, name)));
}

json_t *
component_member(const char *schema, const char *member)
{
	json_t *s;

	s = json_object_get(json_object_get(components, "schemas"), schema);
	return (json_object_get(json_object_get(s, "properties"), member));
}
