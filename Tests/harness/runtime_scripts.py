"""A runtime in bash: what speaks the runtime API, to put before what a test wants of it."""

BASH = r"""#!/bin/bash
post() {
  exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}"
  printf 'POST /2018-06-01/runtime/%s HTTP/1.1\r\nHost: r\r\nContent-Length: %s\r\n\r\n%s' "$1" "${#2}" "$2" >&3
  read -r _ <&3
}
next() {
  exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}"
  printf 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: r\r\n\r\n' >&3
  while IFS= read -r line <&3 && [[ "$line" != $'\r' ]]; do
    [[ "${line,,}" == lambda-runtime-aws-request-id:* ]] && id=${line#*: } && id=${id%$'\r'}
  done
}
"""
