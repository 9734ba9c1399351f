"""Media: pictures that people hand in, and what may be shown of them.

Upload   one picture, from its ticket to its end; its id is what other rooms take as uploadId.
Ticket   leave to POST one picture; an upload that has no picture yet.
Target   the thing that a picture was attached to.
Verdict  what WeChat, or a person of ours, says of a picture. Until it is PASSED only a signed short address shows it.

`pictures` makes every picture anew from its pixels, so that nothing else in the file survives; `store` is where they
lie. Neither is a part that other rooms have. Stands on accounts, desk and wechat; what pictures hang on is above.
"""
