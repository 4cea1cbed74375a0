import pytest
from tests.loop import *
from hub.seeds.cast import PASSWORD
from playwright.sync_api import sync_playwright
from hub.actions import answers
import shutil, os
from tests.browser import serving, FLAGS, AXE, AXE_TAGS
def test_shots(world, app):
    app.config["WTF_CSRF_ENABLED"]=True
    if "sqlite" not in world.url: pytest.skip("x")
    offer, slot = request_offer(world)
    t=world.cast.tarik
    c = ask(world,t,offer,slot); base=f"/people/{t.public_id}/consents"
    card_with_pin(world,t)
    e2,c2 = sent_enquiry(world, person="jolanta", owner="club", wish=Wish(rough={"distance_km":15,"languages":["pl","de"],"times":["morning"]}, access_needs=("interpreter",)))
    e3,c3 = accepted_enquiry(world, person="heinz", wish=Wish())
    from hub.actions.links import issue_link, link_token
    tok = link_token(world.do(issue_link, enquiry=e2, organisation_id=e2.organisation_id, at=world.at))
    out="/tmp/shots_loop"; os.makedirs(out,exist_ok=True)
    bad=[]
    with serving(app) as url, sync_playwright() as p:
        b=p.chromium.launch(executable_path=shutil.which("chromium"),args=[*FLAGS,"--no-sandbox"])
        def shoot(who, pages, width, scheme):
            ctx=b.new_context(viewport={"width":width,"height":844},color_scheme=scheme,locale="de-DE",timezone_id="Europe/Berlin")
            pg=ctx.new_page()
            if who:
                pg.goto(url+"/login"); pg.fill("[name=email]",f"{who}@demo.invalid"); pg.fill("[name=password]",PASSWORD); pg.click("main button[type=submit]")
            for name,path,click in pages:
                pg.goto(url+path)
                if click: pg.click(click); pg.wait_for_load_state()
                pg.screenshot(path=f"{out}/{name}-{width}-{scheme}.png",full_page=True)
                pg.evaluate(AXE)
                v=pg.evaluate("o=>axe.run(document,o).then(f=>f.violations)",{"runOnly":AXE_TAGS})
                for x in v: bad.append((name,width,scheme,x["id"],x["nodes"][0]["html"][:140]))
                if pg.evaluate("document.documentElement.scrollWidth>innerWidth"): bad.append((name,width,"scrolls"))
            ctx.close()
        clara=[("new",f"{base}/new?offer={offer.public_id}&slot={slot.public_id}",None),("consent",f"{base}/{c.public_id}",None),("list",base,None),("referrals",f"/people/{t.public_id}/referrals",None),("enquiry",f"/enquiries/{e3.public_id}",None),("withdrawal",f"/people/{world.cast.heinz.public_id}/consents/{c3.public_id}/withdrawal",None),("receipt",f"/people/{world.cast.heinz.public_id}/consents/{c3.public_id}/receipt",None),("sheet",f"{base}/{c.public_id}/sheet",None),("handover",f"{base}/{c.public_id}","text=Gerät übergeben")]
        for width,scheme in ((390,"light"),(1280,"dark")):
            shoot("clara",clara,width,scheme)
            shoot("petra",[("inbox","/inbox",None),("accepted",f"/inbox/{e3.reference}",None)],width,scheme)
            shoot("sven",[("asked",f"/inbox/{e2.reference}",None)],width,scheme)
            shoot(None,[("link",f"/links/{tok}",None),("code","/withdrawal",None)],width,scheme)
        b.close()
    print(*bad,sep="\n")
