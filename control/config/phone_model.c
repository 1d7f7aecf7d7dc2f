// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/phone_model.h"

static const struct phone_model models[] = {
#define PHONE_MODEL(name, buttons, prompts, controlled) { name, buttons, prompts, controlled },
#define PHONE_MODULE(name, buttons)
#include "control/config/phone_model.def"
#undef PHONE_MODEL
#undef PHONE_MODULE
};

static const struct phone_model modules[] = {
#define PHONE_MODEL(name, buttons, prompts, controlled)
#define PHONE_MODULE(name, buttons) { name, buttons, false },
#include "control/config/phone_model.def"
#undef PHONE_MODEL
#undef PHONE_MODULE
};

static const struct phone_model *find(
	const struct phone_model *list, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++)
		if (span_ieq(span_str(list[i].name), name))
			return &list[i];
	return NULL;
}

const struct phone_model *phone_model_find(struct span name)
{
	return find(models, sizeof(models) / sizeof(models[0]), name);
}

unsigned phone_module_buttons(struct span name)
{
	const struct phone_model *module =
		find(modules, sizeof(modules) / sizeof(modules[0]), name);

	return module == NULL ? 0 : module->buttons;
}
