/* What Swift sees of the C library; its wrapper target is the only importer. */
#include <fcgiapp.h>
