// libxml2 built with ICU declares UErrorCode, which clashes with Foundation's; nothing here needs its ICU parts.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <libxml/tree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

// xmlFree is a macro over a function pointer, which Swift does not import.
static inline void daybook_xml_free(void *pointer) { xmlFree(pointer); }
