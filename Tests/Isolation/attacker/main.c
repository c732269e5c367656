// The runtime API by plain sockets: takes an event, does its steps, posts what came of them.
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attacker.h"

#define API "/2018-06-01/runtime/invocation/"

static int dial(void) {
  char host[64] = "";
  unsigned short port = 0;
  sscanf(getenv("AWS_LAMBDA_RUNTIME_API"), "%63[^:]:%hu", host, &port);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &address.sin_addr);
  int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(connection, (struct sockaddr *)&address, sizeof address) != 0) exit(70);
  return connection;
}

// Sends one request; the whole answer, to the end of the connection or of its Content-Length.
static struct text exchange(const struct text *request) {
  int connection = dial();
  for (size_t sent = 0; sent < request->length;) {
    ssize_t wrote = write(connection, request->bytes + sent, request->length - sent);
    if (wrote < 0) break;  // Refused before its end: the answer says why.
    sent += (size_t)wrote;
  }
  struct text answer = {0};
  char buffer[65536];
  for (ssize_t got; (got = read(connection, buffer, sizeof buffer)) > 0;) {
    text_append(&answer, buffer, (size_t)got);
    const char *end = strstr(answer.bytes, "\r\n\r\n"), *length = strcasestr(answer.bytes, "content-length:");
    if (end && length && answer.length >= (size_t)(end + 4 - answer.bytes) + strtoul(strchr(length, ':') + 1, NULL, 10))
      break;
  }
  close(connection);
  return answer;
}

// The strings of the event: no escapes are in them.
static char *next_step(char **event) {
  char *start = strchr(*event, '"');
  if (start == NULL) return NULL;
  char *end = strchr(start + 1, '"');
  *end = '\0';
  *event = end + 1;
  return start + 1;
}

static void append_outcome(struct text *body, const struct outcome *outcome) {
  char head[64];
  int size = snprintf(head, sizeof head, "%s[%ld,%d,\"", body->length > 1 ? "," : "", outcome->value, outcome->error);
  text_append(body, head, (size_t)size);
  text_append_hexadecimal(body, outcome->data.bytes, outcome->data.length);
  text_append(body, "\"]", 2);
}

// Steps that read into a buffer give back what was read, not the whole buffer.
static void shorten(struct outcome *outcome) {
  if (outcome->data.length != outcome->data.room || outcome->value >= (long)outcome->data.length) return;
  if (outcome->value > 0) outcome->data.length = (size_t)outcome->value;
}

static struct text carry_out(struct attack *attack, char *event) {
  struct text body = {0};
  unsigned long size;
  if (sscanf(event, "{\"answer\": %lu}", &size) == 1) {
    text_append(&body, "\"", 1);
    while (body.length <= size) text_append(&body, "x", 1);
    text_append(&body, "\"", 1);
    return body;
  }
  text_append(&body, "[", 1);
  for (char *line; attack->steps < MAXIMUM_STEPS && (line = next_step(&event)) != NULL; attack->steps++) {
    struct outcome outcome = {0};
    attack_step(attack, line, &outcome);
    attack->values[attack->steps] = outcome.value;
    shorten(&outcome);
    append_outcome(&body, &outcome);
  }
  text_append(&body, "]", 1);
  return body;
}

static void append_line(struct text *request, const char *line) { text_append(request, line, strlen(line)); }

static void serve_one(void) {
  struct text ask = {0}, post = {0};
  append_line(&ask, "GET " API "next HTTP/1.1\r\nHost: runtime\r\n\r\n");
  struct text answer = exchange(&ask);
  struct attack attack = {0};
  const char *name = answer.bytes ? strcasestr(answer.bytes, "lambda-runtime-aws-request-id:") : NULL;
  if (name == NULL) exit(71);
  sscanf(strchr(name, ':') + 1, " %36s", attack.request_id);
  struct text body = carry_out(&attack, strstr(answer.bytes, "\r\n\r\n") + 4);
  char head[256];
  snprintf(head, sizeof head, "POST " API "%s/response HTTP/1.1\r\nHost: runtime\r\nContent-Length: %zu\r\n\r\n",
           attack.request_id, body.length);
  append_line(&post, head);
  text_append(&post, body.bytes, body.length);
  exchange(&post);
}

int main(void) {
  while (1) serve_one();
}
