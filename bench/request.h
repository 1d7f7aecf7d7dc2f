// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// CSTA requests as people write them in scripts: HoldCall 201@CALL, SetForwarding 201 true 203.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// The request as XML, without a namespace: the service's name, then its arguments in the order of
// ECMA-269, any others as element=text or outer/inner=text. False when there is no such service, it
// has no such argument, or the text does not fit.
bool request_write(char *const *words, int count, char *xml, size_t size);
