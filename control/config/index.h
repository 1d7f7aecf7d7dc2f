// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// Finding configured objects by name and by tag. The names are the operator's own: no keyed hash.
#pragma once

#include "base/span.h"
#include "control/config/config.h"

// The name is borrowed: it must live until it is taken out. Several objects may have it. -ENOMEM.
int index_put(struct config_index *index, const char *name, void *object);
// Nothing happens when the name is not there or stands for another object.
void index_del(struct config_index *index, const char *name, const void *object);
void *index_get(const struct config_index *index, const char *name);
// The next object of this name after one that has it; NULL: there is none. In no order.
void *index_next(const struct config_index *index, const char *name, const void *object);
void index_free(struct config_index *index);

// -ENOMEM. A slot that is set must be empty.
int table_put(struct config_table *table, unsigned tag, void *object);
void table_del(struct config_table *table, unsigned tag);
void *table_get(const struct config_table *table, unsigned tag);
// The first object with a greater tag, or NULL; *tag is then its tag.
void *table_next(const struct config_table *table, unsigned *tag);
void table_free(struct config_table *table);

// Copies of text, in order. -ENOMEM.
int lines_add(struct config_lines *lines, struct span text);
int lines_insert(struct config_lines *lines, unsigned at, struct span text);
void lines_del(struct config_lines *lines, unsigned at);
void lines_free(struct config_lines *lines);
