import time
from sqlalchemy import create_engine, event, select, bindparam
from hub.models.subscription import Subscription
from hub.queries import subscriptions as q
from hub import crypto
from tests.feeds import *
import psycopg, cProfile, pstats
from tests.web.zz import envof, call
def t(f,n=1600):
    for _ in range(50): f()
    best=9
    for _ in range(8):
        a=time.process_time()
        for _ in range(n//8): f()
        best=min(best,(time.process_time()-a)/(n//8))
    return round(best*1e6)
def test_b(app, world):
    token=subscribe_person(world,"tarik"); d=crypto.token_digest(token)
    db=world.database
    def a():
        with db.glance() as c: q.find_feed(c,d,whole=False)
    print('impl', psycopg.pq.__impl__)
    print('glance core', t(a))
    url=db.engine.url
    e=create_engine(url, isolation_level="AUTOCOMMIT") if not world.url.startswith('sqlite') else create_engine(url, connect_args={'isolation_level':None})
    def b():
        with e.connect() as c: q.find_feed(c,d,whole=False)
    print('own engine core', t(b))
    sql=str(q._FIND_HEAD.compile(e)).replace('%(digest)s','%s').replace('%(digest)s::VARCHAR','%s').replace(':digest','?')
    print(sql[-60:])
    def c():
        f=e.raw_connection()
        try:
            cur=f.driver_connection.execute(sql,(d,)); r=cur.fetchone(); cur.close()
        finally: f.close()
    print('raw pooled', t(c))
    f=e.raw_connection(); k=f.driver_connection
    def g():
        k.execute(sql,(d,)).fetchone()
    print('raw', t(g)); f.close()
    st,h,body=call(app,envof(f"/feeds/{token}.ics"))
    ev=envof(f"/feeds/{token}.ics",HTTP_IF_NONE_MATCH=h['ETag'])
    print('304', t(lambda: call(app,ev)))
    pr=cProfile.Profile(); pr.enable(); [call(app,ev) for _ in range(200)]; pr.disable(); pstats.Stats(pr).sort_stats('tottime').print_stats(22)
    e.dispose()
