/* What Swift sees of the C library; its wrapper target is the only importer. */
#include <idn2.h>
#include <utf8proc.h>
