// SPDX-License-Identifier: GPL-2.0-or-later
// Copyright (c) 2026 the offhook authors
// What is looked at before libxml2 sees a body: what would cost it much, or make it load code.
#pragma once

#include "xmlcodec/csta.h"

// Trims the body. CSTA_READ_OK, NOT_XML, TOO_LARGE, BAD_ENCODING (only UTF-8, US-ASCII and
// ISO-8859-1 may be declared: for others libxml2 would have iconv load modules) or
// TOO_MANY_ATTRIBUTES (libxml2 compares each attribute of an element with all the others).
enum csta_verdict prolog_check(struct span *body);
