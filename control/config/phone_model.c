// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
#include "control/config/phone_model.h"

#include <string.h>

#include "control/config/config.h"
#include "control/config/grammar.h"

static const struct phone_model models[] = {
#define PHONE_MODEL(name, device, buttons, face, keys, prompts, controlled) \
	{ name, device, buttons, PHONE_##face, keys, prompts, controlled, true },
#define PHONE_OTHER(name, device, buttons, face, keys, prompts, controlled) \
	{ name, device, buttons, PHONE_##face, keys, prompts, controlled, false },
#define PHONE_ALIAS(device, name)
#define PHONE_MODULE(name, buttons)
#include "control/config/phone_model.def"
#undef PHONE_MODEL
#undef PHONE_OTHER
#undef PHONE_ALIAS
#undef PHONE_MODULE
};

#define PHONE_MODEL(...)
#define PHONE_OTHER(...)

static const struct {
	uint32_t device;
	const char *name;
} aliases[] = {
#define PHONE_ALIAS(device, name) { device, name },
#define PHONE_MODULE(name, buttons)
#include "control/config/phone_model.def"
#undef PHONE_ALIAS
#undef PHONE_MODULE
};

static const struct {
	const char *name;
	uint8_t buttons;
} modules[] = {
#define PHONE_ALIAS(device, name)
#define PHONE_MODULE(name, buttons) { name, buttons },
#include "control/config/phone_model.def"
#undef PHONE_ALIAS
#undef PHONE_MODULE
};

const struct phone_model *phone_model_find(struct span name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (models[i].is_type && span_ieq(span_str(models[i].name), name))
			return &models[i];
	return NULL;
}

const struct phone_model *phone_model_by_device(uint32_t device)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (device != 0 && models[i].device == device)
			return &models[i];
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (aliases[i].device == device)
			return phone_model_find(span_str(aliases[i].name));
	return NULL;
}

unsigned phone_module_buttons(struct span name)
{
	for (size_t i = 0; i < sizeof(modules) / sizeof(modules[0]); i++)
		if (span_ieq(span_str(modules[i].name), name))
			return modules[i].buttons;
	return 0;
}

static unsigned with_modules(unsigned count, const char *list)
{
	struct span rest = list != NULL ? span_str(list) : SPAN_NONE;

	for (struct span word = text_word(&rest); word.n > 0; word = text_word(&rest))
		count += phone_module_buttons(word);
	return count < CONFIG_BUTTON_MAX ? count : CONFIG_BUTTON_MAX;
}

unsigned phone_model_buttons(const struct phone_model *model, const char *list)
{
	return with_modules(model != NULL ? model->buttons : CONFIG_BUTTON_MAX, list);
}

unsigned phone_model_keys(const struct phone_model *model, const char *list)
{
	if (model == NULL || model->keys == NULL)
		return phone_model_buttons(model, list);
	return with_modules((unsigned)strlen(model->keys), list);
}
