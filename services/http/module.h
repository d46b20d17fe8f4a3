#ifndef HTTP_MODULE_H
#define HTTP_MODULE_H

/*
 * What the module expects of api/: add all routes. Called once, in the parent,
 * before the processes fork.
 */
void api_init(void);

#endif
