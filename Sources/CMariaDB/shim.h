/* What Swift sees of the C library; its wrapper target is the only importer. */
#include <mysql.h>
#include <mysqld_error.h>
#include <errmsg.h>
