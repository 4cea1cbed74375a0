import sys
from io import BytesIO
def envof(path, **h):
    return {'REQUEST_METHOD':'GET','PATH_INFO':path,'SERVER_NAME':'localhost','SERVER_PORT':'80','wsgi.url_scheme':'http','wsgi.input':BytesIO(),'HTTP_HOST':'localhost','wsgi.errors':sys.stderr,'QUERY_STRING':'','SCRIPT_NAME':'','HTTP_USER_AGENT':'x',**h}
def call(app, env):
    out={}
    it=app.wsgi_app(dict(env), lambda s,h,e=None: out.update(s=s,h=dict(h)))
    b=b''.join(it)
    return out['s'],out['h'],b
