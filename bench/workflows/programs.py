"""The workflows that are measured."""

from collections.abc import Mapping

LOOPS: Mapping[str, str] = {
    "10,000 assigns": """
main:
  steps:
    - begin: {assign: [{total: 0}]}
    - repeat:
        for:
          value: i
          range: [1, 10000]
          steps:
            - add: {assign: [{total: "${total + i}"}]}
    - end: {return: "${total}"}
""",
    "a string of 2,000 parts": """
main:
  steps:
    - begin: {assign: [{line: ""}]}
    - repeat:
        for:
          value: i
          range: [1, 2000]
          steps:
            - add: {assign: [{line: "${line + string(i) + \\",\\"}"}]}
    - end: {return: "${len(line)}"}
""",
}

REQUESTS: Mapping[str, str] = {
    "200 requests in turn": """
main:
  steps:
    - begin: {assign: [{total: 0}]}
    - repeat:
        for:
          value: i
          range: [1, 200]
          steps:
            - get: {call: http.get, args: {url: "URL"}, result: r}
            - add: {assign: [{total: "${total + r.body.one}"}]}
    - end: {return: "${total}"}
""",
    "20 requests side by side": """
main:
  steps:
    - begin: {assign: [{total: 0}]}
    - fork:
        parallel:
          shared: [total]
          for:
            value: i
            range: [1, 20]
            steps:
              - get: {call: http.get, args: {url: "URL"}, result: r}
              - add: {assign: [{total: "${total + r.body.one}"}]}
    - end: {return: "${total}"}
""",
}
