#!/usr/bin/env python3
"""Sentences of citizens which name a place, with the exact span of the place, as JSON lines.

    python3 tests/integration/places/sentences.py [--seed 1] [--count 3600] [--province 31]

Independent of the program that reads places: only data/provinces/*.csv and this folder's own lists are used.
Fields: text, place (substring of text), style, form, commune (code, or null when no commune is named) or
communes (the successors, when the named former commune was split), province (code of the installation).
"""

import argparse
import csv
import json
import random
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import frames as F  # noqa: E402
import words as W  # noqa: E402

DATA = HERE.parents[2] / "data" / "provinces"
STYLES = {"proper": 24, "lower": 19, "no_diacritics": 15, "capitals": 8, "voice": 13, "teen": 12, "typo": 9}
NORTH = set("01 04 08 11 12 14 15 19 20 22 24 25 31 33 37".split())
CENTRAL = set("38 40 42 44 46 48 51 52 56 66 68".split())
HILL = set("04 08 11 12 14 15 19 20".split())


def strip_marks(s):
    s = s.replace("đ", "d").replace("Đ", "D")
    return "".join(c for c in unicodedata.normalize("NFD", s) if not unicodedata.combining(c))


def fold(s):
    return re.sub(r"[^a-z0-9]", "", strip_marks(s).lower())


KINDS = ("Thị trấn", "Phường", "Xã", "Đặc khu", "Quận", "Huyện", "Thị xã", "Thành phố", "Tỉnh")


def split_kind(name):
    name = " ".join(name.split())
    for k in KINDS:
        if name.lower().startswith(k.lower() + " "):  # the data also has "Thị Xã", "Thành Phố"
            return k.lower(), name[len(k) + 1 :]
    return "", name


class Geo:
    """Which ways of naming a commune have exactly one answer in each province."""

    def __init__(self):
        def rows(f):
            with open(DATA / f, encoding="utf-8") as h:
                return list(csv.DictReader(h))

        self.provinces = {r["code"]: split_kind(r["name"]) for r in rows("provinces.csv")}
        present = list(rows("communes.csv"))
        where = {r["code"]: r["province"] for r in present}
        old = []
        for r in rows("old-units.csv"):
            succ = r["communes"].split()
            provs = sorted({where[c] for c in succ if c in where})
            if len(provs) == 1 and len(succ) == len([c for c in succ if c in where]):
                old.append(dict(r, succ=succ, prov=provs[0]))
        by_base, covers, aliases = defaultdict(list), defaultdict(set), defaultdict(list)
        for o in old:
            o["kind"], o["base"] = split_kind(o["name"])
            by_base[o["prov"], fold(o["base"])].append(o)
            for c in o["succ"]:
                covers[c].add(o["district"])
            for a in o["earlier"].split():
                aliases[o["prov"], re.sub("^(phuong|xa|thitran)", "", a)].append(o)
        now = defaultdict(list)
        for p in present:
            p["kind"], p["base"] = split_kind(p["name"])
            now[p["province"], fold(p["base"])].append(p)
        self.present, self.old_bare, self.old_district = defaultdict(list), defaultdict(list), defaultdict(list)
        self.names = set(now) | set(by_base)
        for p in present:
            key = p["province"], fold(p["base"])
            if len(now[key]) == 1 and all(o["succ"] == [p["code"]] for o in by_base[key] + aliases[key]):
                self.present[p["province"]].append(p)
        for o in old:
            key = o["prov"], fold(o["base"])
            if len(by_base[key]) == 1 and not now[key] and all(a is o for a in aliases[key]):
                self.old_bare[o["prov"]].append(o)
            twins = [t for t in by_base[key] + aliases[key] if t["district"] == o["district"] and t is not o]
            clash = [p for p in now[key] if o["district"] in covers[p["code"]] and o["succ"] != [p["code"]]]
            if not twins and not clash and o["base"] not in ("I", "V"):
                self.old_district[o["prov"]].append(o)


class Place:
    def __init__(self, text, start, form, codes=None):
        self.text, self.start, self.form, self.codes = text, start, form, codes


class Maker:
    def __init__(self, rng, geo, prov):
        self.r, self.geo, self.prov = rng, geo, prov
        self.region = "N" if prov in NORTH else "C" if prov in CENTRAL else "S"
        self.pick = rng.choice

    def p(self, x):
        return self.r.random() < x

    # --- communes -----------------------------------------------------------------------------
    def province_name(self, name=None, kind=None):
        if name is None:
            kind, name = self.geo.provinces[self.prov]
        if self.p(0.5) and fold(name) != "hochiminh" and (self.prov, fold(name)) not in self.geo.names:
            return name
        return f"{kind} {name}"

    def unit(self, u):
        if u["base"].isdigit() or u["kind"]:
            return f"{u['kind']} {u['base']}"
        return u["base"]

    def admin(self, must=False):
        """-> (parts, codes)"""
        r = self.r.random()
        if must:
            r = 0.34 + r * 0.57
        if r < 0.34:
            return [], None
        if r < 0.52:
            u = self.pick(self.geo.present[self.prov])
            return [self.unit(u)], [u["code"]]
        if r < 0.61:
            u = self.pick(self.geo.present[self.prov])
            return [self.unit(u), self.province_name()], [u["code"]]
        if r < 0.85:
            pool = self.geo.old_district[self.prov]
            several = [o for o in pool if len(o["succ"]) > 1]
            numbered = [o for o in pool if o["base"].isdigit()]
            u = self.pick(several if several and self.p(0.12) else numbered if numbered and self.p(0.3) else pool)
            dk, db = split_kind(u["district"])
            pk, pb = split_kind(u["province"])
            parts = [self.unit(u), f"{dk} {db}"]
            if self.p(0.3):
                parts.append(self.province_name(pb, pk))
                if self.p(0.2) and not (u["base"].isdigit() or db.isdigit()) and not must:
                    parts = [u["base"], db, pb]
            return parts, u["succ"]
        if r < 0.91 and self.geo.old_bare[self.prov]:
            u = self.pick(self.geo.old_bare[self.prov])
            return [self.unit(u)], u["succ"]
        if r < 0.955:
            u = self.pick(self.geo.old_district[self.prov])
            dk, db = split_kind(u["district"])
            return [f"{dk} {db}"] + ([self.province_name()] if self.p(0.2) else []), None
        return [self.province_name()], None

    def join(self, parts):
        sep = self.pick([", ", ", ", ", ", ", ", ", ", " ", " ", " - "])
        return sep.join(parts)

    # --- pieces -------------------------------------------------------------------------------
    def street_name(self):
        own = {"N": W.STREETS_N, "C": W.STREETS_C, "S": W.STREETS_S}[self.region]
        r = self.r.random()
        if r < 0.3:
            return self.pick(W.STREETS_ALL)
        if r < 0.86:
            return self.pick(own)
        if r < 0.92:
            return "@" + self.pick(W.DATES)
        return "@" + self.pick(W.NUMBERED)

    def street(self, bare=0.6):
        """A street; bare: how often without the word đường."""
        s = self.street_name()
        if s.startswith("@"):
            return "đường " + s[1:]
        head = s.split()[0]
        if (head in ("Lộ", "Đại", "Hương", "Tỉnh") and len(s.split()) > 2) or s.startswith("Hương lộ"):
            return s[0].lower() + s[1:]
        if s[0].isdigit() or re.fullmatch(r"[A-Z]\d+", s) or (self.prov, fold(s)) in self.geo.names or s in AREA_NAMES:
            return "đường " + s
        if self.p(bare):
            return s
        if self.region == "N" and self.p(0.4):
            return "phố " + s
        return "đường " + s

    def no(self, top=400):
        n = self.pick([self.r.randint(1, 60), self.r.randint(1, 199), self.r.randint(1, top)])
        return str(n)

    def house(self, deep=False):
        n = self.no(900)
        if deep:
            t = self.r.random()
            if t < 0.35:
                return f"{n}/{self.no(60)}"
            if t < 0.6:
                return f"{n}/{self.no(40)}/{self.no(20)}"
            if t < 0.75:
                return f"{n}/{self.no(30)}{self.pick('ABCD')}/{self.no(12)}"
            if t < 0.88:
                return f"{n}{self.pick('ABCDK')}/{self.no(40)}"
            return f"{n}/{self.no(20)}/{self.no(20)}/{self.no(9)}{self.pick(['', 'A', 'B'])}"
        return n + (self.pick("ABCD") if self.p(0.2) else " bis" if self.p(0.03) else "")

    def lane(self):
        n = self.pick([self.no(300), f"{self.no(200)}/{self.no(40)}", self.no(300) + self.pick("AB")])
        if self.region == "N":
            t = self.r.random()
            if t < 0.6:
                return f"ngõ {self.no(300)} {self.street(0.9)}"
            if t < 0.75:
                return f"ngách {self.no(80)} ngõ {self.no(300)} {self.street(0.9)}"
            if t < 0.85:
                return f"ngách {self.no(200)}/{self.no(40)} {self.street(0.9)}"
            if t < 0.92:
                return f"ngõ {self.pick(['Đá', 'Chợ Khâm Thiên', 'Huyện', 'Trạm', 'Giếng', 'Gốc Đề', 'Cây Bàng'])}"
            return (
                f"kiệt {self.no(90)} {self.street(0.9)}"
                if self.p(0.2)
                else f"hẻm {self.no(90)} ngách {self.no(90)}/{self.no(20)} {self.street(0.9)}"
            )
        if self.region == "C" and self.prov in ("46", "48", "44", "51", "42"):
            if self.p(0.7):
                return f"kiệt {n} {self.street(0.9)}"
            return f"kiệt {self.no(300)} {self.street(0.2)}"
        if self.region == "C" and self.prov in ("38", "40"):
            return f"ngõ {n} {self.street(0.8)}"
        return f"hẻm {n} {self.street(0.8)}" if self.p(0.85) else f"hẻm số {self.no(30)} {self.street(0.3)}"

    def place_of(self):
        """A named landmark without address."""
        t = self.r.random()
        own = {"N": W.LAND_N, "C": W.LAND_C, "S": W.LAND_S}[self.region]
        if t < 0.55:
            return self.pick(own)
        if t < 0.75:
            return self.pick(W.SCHOOLS)
        return self.pick(W.LAND_ALL)

    def hamlet(self):
        r = self.r.random()
        if self.region == "N":
            if self.prov in HILL and self.p(0.5):
                return f"bản {self.pick(W.HAMLET_N[-14:])}"
            if r < 0.35:
                return f"thôn {self.pick(W.HAMLET_N[:20])}"
            return self.pick(
                [
                    f"thôn {self.no(9)}",
                    f"xóm {self.r.randint(1, 14)}",
                    f"đội {self.r.randint(1, 9)}",
                    f"xóm {self.pick(W.HAMLET_N[:20])}",
                    f"tổ dân phố số {self.r.randint(1, 22)}",
                    f"tổ dân phố {self.pick(W.HAMLET_N[5:20])}",
                    f"tổ {self.r.randint(1, 40)}",
                    f"tổ dân phố {self.r.randint(1, 30)}",
                    f"làng {self.pick(W.HAMLET_N[5:20])}",
                    f"đội {self.r.randint(1, 9)} thôn {self.pick(W.HAMLET_N[:20])}",
                ]
            )
        if self.region == "C":
            if self.prov == "66" and r < 0.4:
                return f"buôn {self.pick(W.HAMLET_HILL)}"
            if self.prov in ("52", "51") and r < 0.25:
                return f"làng {self.pick(W.HAMLET_PLEI)}"
            if self.prov in ("40", "38") and r < 0.4:
                return self.pick(
                    [
                        f"khối {self.r.randint(1, 15)}",
                        f"xóm {self.r.randint(1, 15)}",
                        f"khối {self.pick(W.HAMLET_C)}",
                        f"bản {self.pick(['Khe Ló', 'Na Tổng', 'Xiêng Hương', 'Cha Lung'])}",
                    ]
                )
            return self.pick(
                [
                    f"thôn {self.pick(W.HAMLET_C)}",
                    f"thôn {self.pick(W.HAMLET_C)}",
                    f"thôn {self.r.randint(1, 12)}",
                    f"tổ {self.r.randint(1, 90)}",
                    f"tổ dân phố {self.r.randint(1, 20)}",
                    f"tổ dân phố số {self.r.randint(1, 20)}",
                    f"xóm {self.r.randint(1, 9)} thôn {self.pick(W.HAMLET_C)}",
                    f"đội {self.r.randint(1, 9)} thôn {self.pick(W.HAMLET_C)}",
                ]
            )
        if self.prov == "92" and r < 0.3:
            return f"khu vực {self.r.randint(1, 9)}"
        if self.prov in ("82", "86", "91", "92", "96") and r < 0.45:
            return f"khóm {self.pick([str(self.r.randint(1, 9)), 'Mỹ Phú', 'Đông Thạnh', 'Bình Long', 'Châu Long 6'])}"
        return self.pick(
            [
                f"ấp {self.pick(W.HAMLET_S)}",
                f"ấp {self.pick(W.HAMLET_S)}",
                f"ấp {self.r.randint(1, 12)}",
                f"tổ {self.r.randint(1, 20)} ấp {self.r.randint(1, 9)}",
                f"tổ {self.r.randint(1, 20)}, ấp {self.pick(W.HAMLET_S)}",
                f"khu phố {self.r.randint(1, 12)}",
                f"tổ {self.r.randint(1, 50)} khu phố {self.r.randint(1, 9)}",
                f"khu phố {self.pick(W.HAMLET_S[:9])}",
                f"tổ {self.r.randint(1, 90)}",
                f"tổ dân phố {self.r.randint(1, 40)}",
            ]
        )

    def road(self):
        return self.pick({"N": W.ROADS_N, "C": W.ROADS_C, "S": W.ROADS_S}[self.region])

    def cross(self):
        t = self.r.random()
        a, b = self.two_streets()
        sep = self.pick([" – ", " - ", " với ", " và ", " - "])
        if t < 0.25:
            return self.pick(W.CROSS[self.region])
        if t < 0.5:
            return f"{self.pick(['ngã tư', 'ngã tư', 'ngã ba'])} {a}{sep}{b}"
        if t < 0.62:
            return f"giao lộ {a}{sep}{b}"
        if t < 0.72:
            return f"góc {a} - {b}"
        if t < 0.84:
            return f"góc đường {a}{self.pick([' với ', ' và ', ' - '])}{b}"
        if t < 0.92:
            return f"ngã {self.pick(['ba', 'tư'])} {a} giao {b}"
        return f"{self.pick(['ngã tư', 'vòng xoay', 'ngã ba'])} {a}"

    def two_streets(self, n=2):
        own = {"N": W.STREETS_N, "C": W.STREETS_C, "S": W.STREETS_S}[self.region]
        ok = [
            s
            for s in own + W.STREETS_ALL
            if not re.search(r"\d|^(Lộ|Hương|Tỉnh|Đại) |nối dài|kéo dài", s) and s not in AREA_NAMES
        ]
        return self.r.sample(list(dict.fromkeys(ok)), n)

    def office(self, unit):
        k, b = unit["kind"], unit["base"]
        name = f"{k} {b}"
        t = self.pick(
            [
                "UBND",
                "UBND",
                "trạm y tế",
                "trạm y tế",
                "công an",
                "nhà văn hóa",
                "chợ",
                "bưu điện",
                "ủy ban",
                "đài tưởng niệm",
            ]
        )
        return f"{t} {name}"

    # --- forms --------------------------------------------------------------------------------
    def make(self, form):
        fn = getattr(self, "f_" + form)
        return fn()

    def tail(self, core, start, form, must=False, extra=None):
        parts, codes = self.admin(must)
        if parts and self.p(0.03) and start in ("unit", "street", "lane") and "," not in core:
            return Place(
                self.join([*parts[:1], core]) if len(parts) == 1 else ", ".join([parts[0], core, *parts[1:]]),
                "commune",
                form,
                codes,
            )
        if parts and self.p(0.04) and parts[0].split()[0] in ("phường", "xã", "thị"):
            return Place(f"{core} thuộc {self.join(parts)}", start, form, codes)
        if (
            self.region == "S"
            and start == "num"
            and parts
            and not re.search("ấp|khu|tổ|khóm|cư", core)
            and self.p(0.15)
        ):
            core += f", {self.pick(['khu phố', 'tổ', 'KP'])} {self.r.randint(1, 9)}".replace("KP", "khu phố")
        return Place(self.join([core, *parts]), start, form, codes)

    def f_house_street(self):
        s = self.street(0.7)
        h = self.house()
        h = self.pick([h, h, "số " + h, "số " + h, "số nhà " + h])
        return self.tail(f"{h} {s}", "num", "house_street")

    def f_house_slash(self):
        h = self.house(True)
        h = self.pick([h, h, h, "số " + h, "số nhà " + h])
        return self.tail(f"{h} {self.street(0.75)}", "num", "house_slash")

    def f_house_lane(self):
        lane = self.lane()
        return self.tail(f"{self.pick(['số ', 'số ', 'số nhà ', ''])}{self.house()} {lane}", "num", "house_lane")

    def f_lane(self):
        lane = self.lane()
        if self.p(0.25):
            return self.tail(f"{self.pick(['đầu', 'cuối', 'đầu', 'giữa'])} {lane}", "dir", "lane")
        return self.tail(lane, "lane", "lane")

    def f_kh_house(self):
        a, b, c = self.no(400), self.no(60), self.no(30)
        h = self.pick([f"K{a}/H{b}/{c}", f"K{a}/{b}", f"K{a}/H{b}", f"H{b}/{c} K{a}", f"K{a}/{b}/{c}"])
        return self.tail(f"{h} {self.street(0.9)}", "num", "kh_house")

    def f_spoken_slash(self):
        x = self.pick([" xuyệt ", " xẹt ", " xuyệt ", " sẹt "])
        h = x.join([self.no(300)] + [self.no(40) for _ in range(self.pick([1, 1, 2]))])
        pre = self.pick(["", "số ", "hẻm " if self.region == "S" else "số nhà "])
        return self.tail(f"{pre}{h} {self.street(0.8)}", "num", "spoken_slash")

    def f_lot(self):
        area = self.pick(W.AREAS[self.region])
        t = self.pick(
            [
                f"số nhà {self.no(40)} lô {self.pick('ABCDEGH')}",
                f"lô {self.pick('ABCDEGH')}{self.no(40)}",
                f"lô {self.no(30)} {area}",
                f"căn {self.no(40)} lô {self.pick('ABCDEK')} {area}",
                f"lô {self.pick('ABCDE')}{self.no(20)} {area}",
                f"nhà liền kề {self.no(40)} {area}",
                f"số {self.no(40)} lô {self.pick('ABC')} {self.street(0.2)}",
            ]
        )
        t = t.replace("nhà liền kề", "liền kề")
        return self.tail(t, "num", "lot")

    def f_street(self):
        s = self.street(0.35)
        start = "street" if s[0].islower() else "bare"
        return self.tail(s, start, "street")

    def f_numbered_street(self):
        s = "đường " + self.pick(self.pick([W.DATES, W.NUMBERED, W.NUMBERED]))
        if self.p(0.35):
            s = f"{self.pick(['', 'số '])}{self.house()} {s}"
        if self.p(0.3):
            s += self.pick([", ", " "]) + self.pick(W.AREAS[self.region])
        return self.tail(s, "num" if s[0] != "đ" else "street", "numbered_street")

    def f_km(self):
        km = f"km {self.r.randint(1, 1980)}" + (
            f"+{self.r.randint(1, 9)}{self.pick(['00', '50', '00'])}" if self.p(0.6) else ""
        )
        road = self.road()
        t = self.pick(
            [f"{km} {road}", f"{km} {road}", f"{road} {km}", f"{km} trên {road}", f"{road} đoạn {km}", f"{km}, {road}"]
        )
        return self.tail(t, "road", "km")

    def f_road(self):
        a, b = self.r.sample({"N": W.HAMLET_N[5:20], "C": W.HAMLET_C, "S": W.HAMLET_S}[self.region], 2)
        t = self.pick(
            [
                self.road(),
                self.road(),
                self.road(),
                f"đường liên xã {a} - {b}",
                f"đường liên thôn {a} - {b}",
                f"{self.road()} đoạn qua {self.place_of()}",
                f"{self.road()} gần {self.place_of()}",
                f"{self.road()} đoạn gần {self.pick(W.BRIDGES[self.region])}",
                f"đường đê {self.pick(['sông Hồng', 'sông Cầu', 'hữu Đáy', 'tả Thương'])}"
                if self.region == "N"
                else f"đường vào {self.hamlet()}",
            ]
        )
        return self.tail(t, "road", "road")

    def f_unit(self):
        return self.tail(self.hamlet(), "unit", "unit", must=self.p(0.5))

    def f_unit_street(self):
        if self.p(0.5):
            return self.tail(f"{self.hamlet()}{self.pick([', ', ' '])}{self.street(0.05)}", "unit", "unit_street")
        return self.tail(
            f"số {self.pick(['', 'nhà '])}{self.house()}{self.pick([' ', ', '])}{self.hamlet()}", "num", "unit_street"
        )

    def f_apartment(self):
        c = self.pick(W.APART)
        room = f"{self.r.randint(1, 28)}{self.r.randint(0, 1)}{self.r.randint(1, 9)}"
        tower = self.pick(["A", "B", "A1", "S2", "CT3", "N05", "H1", "2", "3"])
        w = self.pick(["tòa", "block", "lô", "tòa nhà"])
        t = self.pick(
            [
                c,
                f"{c} {w} {tower}",
                f"{w} {tower} {c}",
                f"căn {room} {w} {tower} {c}",
                f"{c}, {w} {tower}, tầng {self.r.randint(1, 30)}",
                f"tầng {self.r.randint(1, 30)} {c}",
                f"căn hộ {room} {c}",
                f"{c} {w} {tower} căn {room}",
                f"phòng {room} {w} {tower} {c}",
            ]
        )
        return self.tail(t, "apt", "apartment")

    def f_crossing(self):
        c = self.cross()
        if self.p(0.2):
            return self.tail(f"{self.pick(['giữa', 'gần', 'giữa', 'sát'])} {c}", "dir", "crossing")
        return self.tail(c, "cross", "crossing")

    def f_segment(self):
        a, b, c = self.two_streets(3)
        ends = [
            f"ngã tư {a}",
            f"cầu {self.pick(W.BRIDGES[self.region])[4:]}",
            self.place_of(),
            f"đường {b}",
            f"số {self.no()}",
            c,
        ]
        x, y = self.r.sample(ends, 2)
        if x.startswith("số") or y.startswith("số"):
            x, y = f"số {self.r.randint(1, 60)}", f"số {self.r.randint(61, 300)}"
        st = self.street(0.1)
        rng = f"từ {x} đến {y}" if self.p(0.8) else f"từ {x} tới {y}"
        t = self.pick(
            [
                f"đoạn {rng}",
                f"{st} đoạn {rng}",
                f"{st} {rng}",
                f"{st} đoạn qua {self.place_of()}",
                f"đoạn qua {self.place_of()}",
                f"{st} đoạn trước cổng {self.pick(W.SCHOOLS)}",
                f"{st} đoạn gần {self.pick(W.BRIDGES[self.region])}",
                f"{st}, đoạn đối diện {self.place_of()}",
            ]
        )
        if t.startswith("đoạn từ số"):
            t = f"{st} {t}"
        return self.tail(t, "seg" if t.startswith("đoạn") else "street" if t[0].islower() else "bare", "segment")

    def f_area(self):
        a = self.pick(W.AREAS[self.region])
        return self.tail(a, "area", "urban_area")

    def f_landmark(self):
        return self.tail(self.place_of(), "land", "landmark")

    def direction(self, name):
        words = [
            "trước",
            "đối diện",
            "gần",
            "cạnh",
            "sau lưng",
            "bên hông",
            "sát",
            "phía sau",
            "bên cạnh",
            "phía trước",
            "gần",
        ]
        if self.region == "S":
            words += ["kế bên", "bên hông", "sát bên", "sau hè"]
        if name.startswith(("trường", "chợ", "bệnh viện", "khu", "nghĩa trang", "công viên", "bến xe", "nhà thờ")):
            words += ["trước cổng", "trước cổng", "trước cổng", "cổng sau", "gần cổng"]
        if name.startswith(("kênh", "rạch", "hồ ", "mương", "đê")):
            words = (
                ["dọc", "ven", "bờ", "gần", "cạnh", "đoạn qua"]
                if not name.startswith("đê")
                else ["gần", "chân", "cạnh", "mặt"]
            )
            if name.startswith("hồ "):
                words.remove("đoạn qua")
        return f"{self.pick(words)} {name}"

    def f_landmark_dir(self):
        return self.tail(self.direction(self.place_of()), "dir", "landmark_dir")

    def f_landmark_address(self):
        name = self.place_of()
        t = self.r.randint(0, 5)
        if name.startswith(("kênh", "rạch", "hồ ", "mương", "đê", "đập", "bãi", "bờ")):
            t = self.pick([1, 2])
        if t == 0:
            return self.tail(f"{name} số {self.house()} {self.street(0.6)}", "land", "landmark_address")
        if t == 1:
            return self.tail(f"{name} {self.street(0)}", "land", "landmark_address")
        if t == 2:
            return self.tail(
                f"{self.street(0.05)}{self.pick([' ', ', '])}{self.direction(name)}", "street", "landmark_address"
            )
        if t == 3:
            return self.tail(
                f"{self.pick(['', 'số '])}{self.house()} {self.street(0.6)}{self.pick([' ', ', '])}{self.pick(['đối diện', 'gần', 'cạnh', 'kế bên'])} {name}",
                "num",
                "landmark_address",
            )
        if t == 4:
            return self.tail(f"{name}, {self.house()} {self.street(0.6)}", "land", "landmark_address")
        return self.tail(
            f"{self.lane()}, {self.pick(['gần', 'cạnh', 'đối diện', 'sau lưng'])} {name}", "lane", "landmark_address"
        )

    def f_dir_number(self):
        d = self.pick(["trước", "đối diện", "cạnh", "gần", "sát", "bên cạnh", "trước cửa", "trước mặt"])
        h = self.pick(["số ", "số nhà ", "nhà số ", ""]) + self.house(self.p(0.3))
        if d in ("gần", "sát", "cạnh") and h[0].isdigit():
            h = "số " + h
        return self.tail(f"{d} {h} {self.street(0.7)}", "dir", "dir_number")

    def f_nameless(self):
        who = self.pick(W.PEOPLE[self.region])
        s = self.street(0.05)
        lane = {"N": "ngõ", "C": "kiệt" if self.prov in ("46", "48") else "ngõ", "S": "hẻm"}[self.region]
        near = self.pick([self.place_of(), self.pick(W.BRIDGES[self.region])])
        t = self.pick(
            [
                f"{lane} không tên nhà {who}",
                f"{lane} nhà {who}",
                f"{lane} nhà {who} {s}",
                f"{lane} cụt nhà {who}, {s}",
                f"{lane} không tên đối diện {near}",
                f"{lane} nhỏ bên hông {near}",
                f"con {lane} sau lưng {near}",
                f"con đường đất cạnh {near}",
                f"bãi đất trống cạnh {near}",
                f"khu đất trống sau {near}",
                f"{lane} không tên cạnh số {self.house()} {self.street(0.7)}",
            ]
        )
        return self.tail(t, "plot", "nameless")

    def f_bridge(self):
        b = self.pick(W.BRIDGES[self.region])
        t = self.pick(
            [
                b,
                b,
                f"chân {b}",
                f"dưới gầm {b}",
                f"dưới chân {b}",
                f"dốc {b}",
                f"gần {b}",
                f"đầu {b}",
                f"giữa {b}",
                f"dưới dạ {b}" if self.region == "S" else f"dưới gầm {b}",
            ]
        )
        return self.tail(t, "bridge" if t == b else "dir", "bridge")

    def f_office(self):
        old = self.p(0.35)
        u = self.pick(self.geo.old_district[self.prov] if old else self.geo.present[self.prov])
        t = self.office(u)
        codes = u["succ"] if old else [u["code"]]
        start = "land"
        if self.p(0.5):
            t, start = f"{self.pick(['gần', 'đối diện', 'trước cổng', 'cạnh', 'sau lưng'])} {t}", "dir"
        if old:
            dk, db = split_kind(u["district"])
            t += self.pick([", ", " "]) + f"{dk} {db}"
        return Place(t, start, "office", codes)

    def f_commune_only(self):
        parts, codes = self.admin(must=True)
        return Place(self.join(parts), "commune", "commune_only", codes)


AREA_NAMES = {
    "Hải Phòng",
    "Yên Bái",
    "Điện Biên",
    "Biên Hòa",
    "Vĩnh Phúc",
    "Hòa Bình",
    "Bình Thuận",
    "Hưng Yên",
    "Cầu Giấy",
    "Tây Sơn",
    "Đống Đa",
    "Hạ Long",
    "Sơn La",
    "Lam Sơn",
    "Bắc Sơn",
    "Chi Lăng",
    "Củ Chi",
    "Gò Công",
    "Gò Dầu",
    "Chợ Lớn",
    "Minh Khai",
    "Ngũ Hành Sơn",
    "Núi Thành",
    "Phố Hiến",
    "Chợ Con",
    "Cầu Đất",
    "Đồng Tâm",
    "Cách Mạng",
    "Thanh Đa",
    "Bưởi",
    "Phong Định Cảng",
}

# weights: town, country, by region
FORMS = {
    "house_street": 9,
    "house_slash": 8,
    "house_lane": 5,
    "lane": 8,
    "kh_house": 5,
    "spoken_slash": 3,
    "lot": 3,
    "street": 7,
    "numbered_street": 5,
    "km": 4,
    "road": 4,
    "unit": 8,
    "unit_street": 3,
    "apartment": 5,
    "crossing": 7,
    "segment": 5,
    "area": 3,
    "landmark": 6,
    "landmark_dir": 7,
    "landmark_address": 7,
    "dir_number": 5,
    "nameless": 4,
    "bridge": 5,
    "office": 4,
    "commune_only": 4,
}
FORM_LABELS = sorted(("urban_area" if f == "area" else f) for f in FORMS)


# --- styles -----------------------------------------------------------------------------------------
TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def old_tones(s):
    pairs = [
        ("òa", "oà"),
        ("óa", "oá"),
        ("ỏa", "oả"),
        ("õa", "oã"),
        ("ọa", "oạ"),
        ("òe", "oè"),
        ("ỏe", "oẻ"),
        ("ùy", "uỳ"),
        ("úy", "uý"),
        ("ủy", "uỷ"),
        ("ũy", "uỹ"),
        ("ụy", "uỵ"),
    ]
    for a, b in pairs:
        s = re.sub(a + r"(?!\w)", b, s)
    return s


ABBR = [  # pattern, variants (formal, short, careless)
    (r"\bphường (?=\d)", ["P.", "P", "p", "F", "f"]),
    (r"\bquận (?=\d)", ["Q.", "Q", "q", "Q.", "q"]),
    (r"\bphường ", ["P. ", "P.", "p ", "P ", "p."]),
    (r"\bquận ", ["Q. ", "Q.", "q ", "Q ", "q."]),
    (r"\bhuyện ", ["H. ", "H.", "h ", "H ", "h."]),
    (r"\bthị trấn ", ["TT. ", "TT ", "tt ", "TT ", "tt."]),
    (r"\bthị xã ", ["TX. ", "TX.", "tx ", "TX ", "tx."]),
    (r"\bthành phố Hồ Chí Minh", ["TP. HCM", "TP.HCM", "tphcm", "TPHCM", "tp hcm"]),
    (r"\bthành phố ", ["TP. ", "TP.", "tp ", "TP ", "tp."]),
    (r"\btổ dân phố ", ["TDP ", "TDP ", "tdp ", "TDP ", "tdp "]),
    (r"\bkhu phố ", ["KP ", "KP", "kp ", "KP.", "kp"]),
    (r"\btiểu học\b", ["TH", "TH", "th", "TH", "th"]),
    (r"\bbệnh viện\b", ["BV", "BV", "bv", "BV", "bv"]),
    (r"\bchung cư\b", ["CC", "CC", "cc", "CC", "cc"]),
    (r"\bkhu công nghiệp\b", ["KCN", "KCN", "kcn", "KCN", "kcn"]),
    (r"\bkhu đô thị\b", ["KĐT", "KĐT", "kđt", "KĐT", "kđt"]),
    (r"\bkhu dân cư\b", ["KDC", "KDC", "kdc", "KDC", "kdc"]),
    (r"\bquốc lộ (?=\d|N)", ["QL ", "QL", "ql ", "QL.", "ql"]),
    (r"\btỉnh lộ (?=\d)", ["TL ", "TL", "tl ", "TL.", "tl"]),
    (r"\bngã tư\b", ["ngã 4"] * 5),
    (r"\bngã ba\b", ["ngã 3"] * 5),
    (r"\bsố nhà\b", ["SN", "SN", "sn", "SN", "sn"]),
    (r"\bnhà văn hóa\b", ["NVH", "NVH", "nvh", "NVH", "nvh"]),
]
ABBR_LOW = [
    (r"\bđường (?!liên|đê|đất|vào)", ["đ. ", "đ.", "đg ", "đg. ", "đg "]),
    (r"\bphường ", ["fuong ", "p. ", "f. ", "p.", "fường "]),
    (r"\bcông viên\b", ["cv"] * 5),
    (r"\bkhông tên\b", ["ko tên", "k tên", "ko tên", "hok tên", "ko tên"]),
    (r"\btrước\b", ["trc"] * 5),
    (r"\btrường\b", ["trg", "trườg", "trg", "trườg", "trg"]),
    (r"(?<!thị )(?<!liên )\bxã (?=[^\W\d])", ["x. ", "x.", "x. ", "xã ", "x."]),
]
TEEN = {
    "không": ["ko", "k", "hok", "hông"],
    "được": ["đc", "dc"],
    "mọi người": ["mn"],
    "gì": ["j"],
    "vậy": ["z", "zậy"],
    "quá": ["wa", "qá"],
    "rồi": ["r", "rùi", "ròi"],
    "với": ["vs", "zới"],
    "nhiều": ["nh", "nhìu"],
    "người": ["ng"],
    "biết": ["bít"],
    "luôn": ["lun"],
    "anh chị": ["ac"],
    "anh": ["a"],
    "chị": ["c"],
    "em": ["e"],
    "nước": ["nc"],
    "đường": ["đg"],
    "bây giờ": ["bh"],
    "bao giờ": ["bh", "bao h"],
    "vào": ["zô", "vô"],
    "cái": ["cáy", "cái"],
    "tôi": ["t", "tui"],
    "mình": ["mk", "mìn"],
    "trước": ["trc"],
    "cũng": ["cx", "cũg"],
    "những": ["nhg"],
    "công an": ["ca"],
    "tổng đài": ["tđ"],
    "chưa": ["chx", "ch"],
    "xử lý": ["xly", "xử lí"],
    "giúp": ["júp", "giúp"],
    "phản ánh": ["phản ánh"],
    "trời": ["trùi"],
    "làm": ["lm"],
    "hết": ["hớt", "hết"],
    "thế": ["thế"],
    "nhà": ["nhà"],
}
GENERIC_TYPO = {
    "hẻm": ["hẽm", "hẻmm", "hem"],
    "ngõ": ["ngỏ", "ngo"],
    "ngách": ["nghách"],
    "ngã": ["ngả"],
    "xã": ["xả"],
    "phường": ["phừơng", "phườg", "phương", "phuờng"],
    "đường": ["đưòng", "đừơng", "đươờng", "dường"],
    "quận": ["qụân", "quân"],
    "trường": ["trừơng", "trưòng"],
    "chợ": ["chơ"],
    "huyện": ["huỵên", "huyên"],
    "thôn": ["thôm"],
    "đối": ["đói"],
    "tổ": ["tô"],
    "chùa": ["chuà"],
    "bệnh": ["bênh"],
    "đoạn": ["đọan"],
    "cạnh": ["canh", "cạnhh"],
    "kiệt": ["kiêt"],
    "khu": ["khuu"],
    "trước": ["trứơc", "trươc"],
    "thị": ["thi"],
    "tiểu": ["tiẻu"],
    "chung": ["chugn"],
    "quốc": ["quôc"],
    "tỉnh": ["tinhr"],
}
DIGITS = "không một hai ba bốn năm sáu bảy tám chín".split()


def spell(n):
    n = int(n)
    if n < 10:
        return DIGITS[n]
    if n < 20:
        return "mười" + ("" if n == 10 else " " + ("lăm" if n == 15 else DIGITS[n % 10]))
    if n < 100:
        u = n % 10
        return DIGITS[n // 10] + " mươi" + ("" if u == 0 else " " + {1: "mốt", 4: "tư", 5: "lăm"}.get(u, DIGITS[u]))
    rest = n % 100
    return DIGITS[n // 100] + " trăm" + ("" if rest == 0 else (" lẻ " if rest < 10 else " ") + spell(rest))


def telex(word):
    d = unicodedata.normalize("NFD", word)
    for m, k in TONES.items():
        if m in d:
            return unicodedata.normalize("NFC", d.replace(m, "")) + k
    return word


class Styler:
    def __init__(self, rng, style, region):
        self.r, self.style, self.region = rng, style, region
        self.variant = rng.randrange(5)
        r = rng.random
        self.plain = style == "no_diacritics" or (style == "capitals" and r() < 0.25) or (style == "teen" and r() < 0.3)
        self.lower = (
            style == "lower"
            or (style == "no_diacritics"
            and r() < 0.65)
            or (style == "voice"
            and r() < 0.5)
            or (style == "teen"
            and r() < 0.8)
            or (style == "typo"
            and r() < 0.5)
        )
        self.abbr = {
            "proper": 0.3,
            "lower": 0.4,
            "no_diacritics": 0.4,
            "capitals": 0.35,
            "voice": 0,
            "teen": 0.75,
            "typo": 0.25,
        }[style]
        if rng.random() < 0.35:
            self.abbr = 0
        self.nocomma = style == "voice" or (style not in ("proper", "capitals") and r() < 0.3)
        self.old_tone = r() < 0.2
        self.titled = style == "proper" and r() < 0.25
        self.words = style == "voice" and r() < 0.3
        self.slash = (
            rng.choice(["/", "/", " xuyệt ", " xẹt ", " trên " if region == "N" else " sẹt "])
            if style == "voice"
            else "/"
        )
        self.typos_left = 2 if style == "typo" else 0
        self.typo_in_place = r() < 0.65

    def place(self, s):
        r = self.r
        if self.style == "voice":
            s = re.sub(r"km (\d+)\+(\d+)", r"km \1 cộng \2", s)
            s = s.replace("⁄", " tháng ").replace("/", self.slash)
            s = re.sub(r" [–-] |, ", " ", s).replace("-", " ")
            if self.words:
                s = re.sub(r"(?<![\w/+.])\d{1,3}(?![\w/+.])", lambda m: spell(m.group()), s)
        else:
            s = s.replace("⁄", "/")
            if self.style == "teen":
                for pat, alts in ABBR_LOW:
                    if r.random() < 0.4:
                        s = re.sub(pat, alts[self.variant], s)
            for pat, alts in ABBR:
                if r.random() < self.abbr:
                    s = re.sub(pat, alts[self.variant], s)
            if self.nocomma:
                s = s.replace(",", "")
        if self.titled:
            s = re.sub(
                r"\b(phường|xã|quận|huyện|đường|thành phố|thị trấn|tỉnh|hẻm|tổ|ấp|khu phố|thôn)\b(?= [A-ZĐÂÁÔ0-9])",
                lambda m: m.group()[0].upper() + m.group()[1:],
                s,
            )
        if self.old_tone:
            s = old_tones(s)
        if self.typos_left and self.typo_in_place:
            s = self.typo_place(s)
        return self.common(s)

    def frame(self, s):
        r = self.r
        if self.style == "voice":
            s = re.sub(r"(\d+)h(\d+)", r"\1 giờ \2", s)
            s = re.sub(r"(\d+)h\b", r"\1 giờ", s)
            s = re.sub(r"(\d)(cm|k)\b", lambda m: m.group(1) + {"cm": " cm", "k": " nghìn"}[m.group(2)], s)
            s = re.sub(r"[,.:;!?]| - ", " ", s)
            if self.words:
                s = re.sub(r"(?<![\w/+.])\d{1,3}(?![\w/+.])", lambda m: spell(m.group()), s)
        if self.style == "teen":
            for k, alts in TEEN.items():
                if r.random() < 0.75:
                    s = re.sub(rf"(?<!\w){k}(?!\w)", lambda m, alts=alts: r.choice(alts), s)
        if self.old_tone:
            s = old_tones(s)
        if self.typos_left:
            s = self.typo_frame(s)
        return self.common(s)

    def typo_place(self, s):
        r = self.r
        words = s.split(" ")
        spots = [i for i, w in enumerate(words) if w in GENERIC_TYPO]
        t = r.random()
        if spots and t < 0.7:
            i = r.choice(spots)
            words[i] = r.choice(GENERIC_TYPO[words[i]])
            self.typos_left -= 1
        elif t < 0.8 and ", " in s:
            self.typos_left -= 1
            return s.replace(", ", r.choice([",", " ,"]), 1)
        else:
            spots = [i for i, w in enumerate(words) if telex(w) != w and w[-1].isalpha()]
            if spots:
                i = r.choice(spots)
                words[i] = telex(words[i])
                self.typos_left -= 1
        return " ".join(words)

    def typo_frame(self, s):
        r = self.r
        words = s.split(" ")
        spots = [i for i, w in enumerate(words) if len(w) >= 4 and w.isalpha()]
        if not spots:
            return s
        i = r.choice(spots)
        w = words[i]
        t = r.random()
        if t < 0.4:
            words[i] = telex(w)
        elif t < 0.7:
            j = r.randrange(1, len(w) - 1)
            words[i] = w[:j] + w[j + 1] + w[j] + w[j + 2 :]
        elif t < 0.85:
            words[i] = w + w[-1]
        else:
            j = r.randrange(1, len(w))
            words[i] = w[:j] + w[j + 1 :]
        self.typos_left -= 1
        return " ".join(words)

    def common(self, s):
        if self.plain:
            s = strip_marks(s)
        if self.lower:
            s = s.lower()
        if self.style == "capitals":
            s = s.upper()
        return s


# --- putting a report around the place -----------------------------------------------------------------
HOME = {"num", "lane", "street", "bare", "unit", "apt", "area", "commune"}
REPORTS = F.parse(F.FRAMES)
REPLIES = F.parse(F.ANSWERS)
# nouns after which a direction word would belong to the noun, not to the place
NOUN_BEFORE = re.compile(
    r"(vỉa hè|lòng đường|lề đường|[Mm]ặt đường|giữa đường|kẻ đường|xuống đường|lối|[Qq]uán nhậu|[Xx]ưởng cơ khí|[Cc]ông trình|buýt|nghỉ|than|can|kè"
    r"|heo|hè|phép|bỏ trạm|nhà trọ|đào đường|cống|vòi|điện|ga|bàng|to|cừ|gãy|lồi|tốc|đông|biển|máy|bảng|báo|cho học sinh|[Bb]iển cấm đỗ xe|quảng cáo|bỏ đó) $"
)


def fits(frame, tags, place, region):
    st, low = place.start, place.text.lower()
    voices = set(tags) & set("NCS")
    if voices and region not in voices:
        return False
    if "h" in tags and st not in HOME:
        return False
    if "r" in tags and st == "apt":
        return False
    if "q" in tags and not (st == "land" and place.text.startswith(W.NOISY)):
        return False
    before, after = re.split(r"\{[ap]\}", frame)
    if "d" in tags and st in ("num", "bare", "plot", "commune", "apt", "bridge"):
        return False
    if re.search(r"[Đđ]èn $", before) and "{p}" in frame and low.startswith(("đường", "đ")):
        return False
    if before.startswith("Cống") and "{p}" in frame and low.startswith(("cống", "cầu", "kênh", "hồ")):
        return False
    if re.search(r"(địa chỉ|nhà em|nhà tôi|tôi ở|em ở)", before) and st not in HOME | {"land"} - {"commune"}:
        return False
    if re.match(r"\s+\d", after) and (low[-1].isdigit() or re.search(r"\d[a-z]?$", low)):
        return False
    if st in ("dir", "seg") and re.search(r"(ngang|qua|xong) $", before) and "{p}" in frame:
        return False
    if re.search(r"(\d\W*|phút )$", before) and low[0].isdigit():
        return False
    return not ("{p}" in frame and st == "dir" and before.startswith(("Bà con", "Sao")))


def preposition(rng, before, place):
    st = place.start
    if st in ("dir", "seg"):
        opts = ["", "", "ở ", "chỗ "] if not NOUN_BEFORE.search(before) else ["ở ", "chỗ "]
        if not before:
            opts = ["ở ", "chỗ "]
    elif st in ("land", "cross", "unit", "bridge", "area", "plot"):
        opts = ["ở ", "tại ", "ở ", "tại ", "chỗ ", "khu vực ", "ở khu vực "]
        if place.text.startswith(("khu", "chợ", "bãi", "con")):
            opts = ["ở ", "tại "]
    else:
        opts = ["ở ", "ở ", "tại ", "tại ", "chỗ "]
    return rng.choice(opts)


def sounds_like_commune(geo, prov, text):
    """A market, hamlet or bridge called like a commune of the province: whether that names the commune is disputable."""
    for word, name in re.findall(r"(?<!\w)([^\W\dA-ZĐÂÁÔƠÊƯ]\w*) ((?:[A-ZĐÂĂÁÀẢÃẠÔỐƠÊƯÝÓÚÍÉẤÔỞỐẦ]\w* ?)+)", text):
        if word not in ("đường", "phố", "quận", "huyện", "tỉnh", "xã", "đoạn") and (prov, fold(name)) in geo.names:
            return True
    return False


def one(rng, geo, prov, style, form):
    m = Maker(rng, geo, prov)
    place = m.make(form)
    if place.codes is None and sounds_like_commune(geo, prov, place.text):
        return None
    reply = rng.random() < 0.15
    for _ in range(200):
        frame, tags = rng.choice(REPLIES if reply else REPORTS)
        if style == "voice" and re.match(r"không|[{]p[}]: |[{]p[}] - ", frame):
            continue
        if fits(frame, tags, place, m.region):
            break
    else:
        return None
    before, after = re.split(r"\{[ap]\}", frame)
    if "{a}" in frame:
        before += preposition(rng, before, place)
    region = m.region
    close = ""
    if not reply and frame[-1] not in "?!":
        t = rng.random()
        if t < 0.28:
            close = rng.choice(F.CLOSE[""] + F.CLOSE[region] * 2)
        elif t < 0.45:
            close = rng.choice(F.CLOSE_BARE[""] + F.CLOSE_BARE[region])
            asks = not after or re.match(r"Nhờ|Đề nghị|Xin |Sửa|Cho em báo|Bóc", frame)
            if not asks and re.search("giúp|giùm|hộ|xử lý|các bác|với", close):
                close = ""
            if (
                (before + after)
                .rstrip()
                .endswith(("ạ", "với", "giúp", "vậy", "thế", "không", "nhé", "giùm", "đâu", "hè", "rứa"))
            ):
                close = ""
    if not reply and rng.random() < 0.25:
        o = rng.choice(F.OPEN[""] + F.OPEN[region])
        if not re.search(r"phản ánh|Tôi|Em |hỏi|báo|Tổng đài|Các ông|Nhờ|Đề nghị|Ngó", frame):
            before = o + (before[:1].lower() + before[1:])
    after += close
    s = Styler(rng, style, region)
    if s.plain and re.match(r" (nha|a|ha)\b", strip_marks(after)):
        after = rng.choice(["", ", cam on", " giup em"])
    if re.match(r" ạ", after) and (place.text[-1].isdigit()):
        after = re.sub(r"^ ạ", ", cảm ơn ạ" if style != "voice" else " nhé", after)
        if s.plain:
            after = after.replace(" nhé", " nhe")
    if s.plain and before.endswith("chỗ "):  # without marks it reads as "cho"
        before = before[:-4] + "ở "
    pt = s.place(place.text)
    if style == "proper" and not before:
        pt = pt[0].upper() + pt[1:]
    if style == "typo" and not s.lower and not before and not rng.random() < 0.5:
        pt = pt[0].upper() + pt[1:]
    if style in ("proper", "typo", "no_diacritics") and before and not s.lower:
        before = before[0].upper() + before[1:]
    if (
        style == "proper"
        and after[-1:] not in tuple(".!?")
        and rng.random() < 0.6
        and not (reply and rng.random() < 0.7)
    ):
        after += "."
    if (
        style == "proper"
        and re.search(r"(Bao giờ|Khi nào|Sao|không|Cho hỏi|Mình hỏi).*", frame)
        and after.endswith(".")
    ):
        after = after[:-1] + "?" if re.search(r"vậy|thế|lại|không$|rứa|hè", frame) and not close else after
    if s.nocomma and style != "voice" and rng.random() < 0.5:
        after = after.lstrip(",").rstrip(".") if after.startswith(", ") else after.rstrip(".")
    b, a = s.frame(before), s.frame(after)
    b = re.sub(r" +", " ", b).lstrip()
    a = re.sub(r" +", " ", a).rstrip()
    if b and not b.endswith(" "):
        b += " "
    if (re.search(r"\d\W*$", b) and pt[0].isdigit()) or (re.match(r" \d", a) and pt[-1].isdigit()):
        return None
    if (
        style == "voice"
        and s.words
        and re.match(r" (không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười)\b", a)
        and re.search(r"(một|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười|mươi|trăm|mốt|lăm|tư)$", pt.lower())
    ):
        return None
    text = b + pt + a
    if text.count(pt) != 1:
        return None
    row = {"text": text, "place": pt, "style": style, "form": place.form}
    if place.codes and len(place.codes) > 1:
        row["communes"] = list(place.codes)
    else:
        row["commune"] = place.codes[0] if place.codes else None
    row["province"] = prov
    return row


def generate(seed=1, count=3600, province=None):
    rng = random.Random(seed)
    geo = Geo()
    provinces = [province] if province else list(geo.provinces)
    seen, made, order = set(), 0, []
    while made < count:
        if not order:
            order = provinces[:]
            rng.shuffle(order)
        prov = order.pop()
        weights = dict(FORMS)
        region = "N" if prov in NORTH else "C" if prov in CENTRAL else "S"
        if region != "C":
            weights["kh_house"] = 0
        if region == "N":
            weights["spoken_slash"] = 1
        style = rng.choices(list(STYLES), STYLES.values())[0]
        form = rng.choices(list(weights), weights.values())[0]
        for _ in range(80):
            row = one(rng, geo, prov, style, form)
            if row and row["text"] not in seen:
                break
        else:
            continue
        seen.add(row["text"])
        made += 1
        yield row


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--count", type=int, default=3600)
    ap.add_argument("--province")
    a = ap.parse_args()
    for row in generate(a.seed, a.count, a.province):
        print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
