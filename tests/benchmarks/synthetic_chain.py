"""The chain of the synthetic cases: materials, recipes, ramps and what plants of each process cost, in rounded figures.

Two streams: light and heavy concentrate become three oxides, two metals, two alloys and magnets of two grades; the high grade
takes a little heavy metal. Light separation gives heavy concentrate, magnet making gives scrap. All figures are made up, of
the order of announced plants.
"""

from __future__ import annotations

from dataclasses import dataclass

FIRST_YEAR = 2027

# Invented places: allies in this order, then the trusted miner and the supplier of all sorts.
ALLIES = (
    ("ALD", "Aldmark"), ("BRE", "Brenia"), ("COR", "Corvaland"), ("DUN", "Dunmere"), ("ELS", "Elsia"),
    ("FEN", "Fennoria"), ("GAR", "Garland"), ("HOL", "Holmia"), ("IVE", "Iveria"), ("JUN", "Junia"),
)  # fmt: skip
TRUSTED, SUPPLIER = ("TAR", "Taronga"), ("OST", "Ostmarka Union")

MATERIALS = """
    material,name,stage,stream,price_usd_per_kg
    conc_light,Light concentrate (t of oxides contained),concentrate,light,6
    conc_clay,Clay concentrate (t of oxides contained),concentrate,light;heavy,12
    conc_heavy,Heavy concentrate (t of Dy and Tb oxide contained),concentrate,heavy,150
    ndpr_ox,NdPr oxide,oxide,light,85
    dy_ox,Dysprosium oxide,oxide,heavy,280
    tb_ox,Terbium oxide,oxide,heavy,900
    ndpr_met,NdPr metal,metal,,110
    heavy_met,Heavy metal (t of dysprosium equivalent),metal,,420
    alloy_std,Alloy of the standard grade,alloy,,42
    alloy_high,Alloy of the high grade,alloy,,60
    mag_std,Magnets of the standard grade,magnet,,60
    mag_high,Magnets of the high grade,magnet,,95
    scrap,Magnet scrap,scrap,light,8
"""

RECIPES = """
    process,recipe,stage,material,direction,t_per_t,opex_usd_per_kg
    mine_light,mine,mining,conc_light,output,1,2.5
    mine_clay,mine,mining,conc_clay,output,1,7
    sep_light,hard,separation,conc_light,input,5.1,14
    sep_light,hard,separation,ndpr_ox,output,1,
    sep_light,hard,separation,conc_heavy,output,0.02,
    sep_light,clay,separation,conc_clay,input,5.3,12
    sep_light,clay,separation,ndpr_ox,output,1,
    sep_light,clay,separation,conc_heavy,output,0.16,
    sep_heavy,split,separation,conc_heavy,input,1.07,60
    sep_heavy,split,separation,dy_ox,output,0.84,
    sep_heavy,split,separation,tb_ox,output,0.16,
    metal_light,reduce,metallization,ndpr_ox,input,1.22,8
    metal_light,reduce,metallization,ndpr_met,output,1,
    metal_heavy,dy,metallization,dy_ox,input,1.2,40
    metal_heavy,dy,metallization,heavy_met,output,1,
    metal_heavy,tb,metallization,tb_ox,input,0.66,40
    metal_heavy,tb,metallization,heavy_met,output,1,
    alloy,std,alloying,ndpr_met,input,0.306,6
    alloy,std,alloying,alloy_std,output,1,
    alloy,high,alloying,ndpr_met,input,0.275,7
    alloy,high,alloying,heavy_met,input,0.028,
    alloy,high,alloying,alloy_high,output,1,
    magnet,std,magnet,alloy_std,input,1.25,22
    magnet,std,magnet,mag_std,output,1,
    magnet,std,magnet,scrap,output,0.2,
    magnet,high,magnet,alloy_high,input,1.25,28
    magnet,high,magnet,mag_high,output,1,
    magnet,high,magnet,scrap,output,0.2,
    recycle,leach,recycling,scrap,input,1,9
    recycle,leach,recycling,ndpr_ox,output,0.26,
    recycle,leach,recycling,dy_ox,output,0.01,
    collect,return,recycling,scrap,output,1,3
"""

RAMPS = """
    ramp,operating_year,fraction
    mine,1,0.4
    mine,2,0.75
    mine,3,1
    chemical,1,0.3
    chemical,2,0.6
    chemical,3,0.85
    chemical,4,1
    melt,1,0.5
    melt,2,0.8
    melt,3,1
    magnet,1,0.25
    magnet,2,0.55
    magnet,3,0.8
    magnet,4,1
    short,1,0.6
    short,2,1
"""

SPEND = {1: "", 2: "0.5;0.5", 3: "0.25;0.45;0.3", 4: "0.15;0.3;0.35;0.2", 5: "0.1;0.2;0.3;0.25;0.15"}


@dataclass(frozen=True)
class Process:
    """Plants of one process.

    ``need``: t of activity per t of magnets. ``share``: of all candidates. ``capex``: MUSD per kt a year at ``usual_t``;
    larger plants are cheaper per tonne. ``mines``: stands where ore is, the trusted miner's country among them.
    """

    name: str
    stage: str
    need: float
    share: float
    usual_t: float
    capex: float
    public_share: float
    leads: tuple[int, ...]
    ramp: str
    opex: tuple[float, float]
    mines: bool = False


PROCESSES = (
    Process("mine_light", "mining", 1.5, 0.13, 10000, 22, 0.5, (3, 4, 4, 5), "mine", (1, 4), mines=True),
    Process("mine_clay", "mining", 0.75, 0.08, 6000, 70, 0.5, (3, 4, 5), "mine", (1, 5), mines=True),
    Process("sep_light", "separation", 0.42, 0.16, 2500, 160, 0.8, (2, 3, 3, 4), "chemical", (0, 3)),
    Process("sep_heavy", "separation", 0.022, 0.09, 250, 300, 0.8, (2, 3, 3), "chemical", (0, 10)),
    Process("metal_light", "metallization", 0.37, 0.14, 1200, 62, 0.8, (1, 2, 2, 3), "melt", (0, 3)),
    Process("metal_heavy", "metallization", 0.014, 0.07, 60, 220, 0.8, (1, 2), "melt", (0, 10)),
    Process("alloy", "alloying", 1.25, 0.12, 4500, 26, 0.7, (1, 2, 2, 3), "melt", (0, 2)),
    Process("magnet", "magnet", 1.0, 0.15, 3500, 75, 0.6, (2, 2, 3, 3), "magnet", (0, 5)),
    Process("recycle", "recycling", 0.3, 0.04, 1500, 28, 0.7, (1, 2), "short", (0, 2)),
    Process("collect", "recycling", 0.15, 0.02, 1500, 5, 0.8, (1,), "short", (0, 1)),
)
BY_NAME = {process.name: process for process in PROCESSES}

# supplier's share of the first year's need that it sells, in the first and in the last year, and the price
IMPORTS = {
    "mag_std": (0.27, 0.08, 50),
    "mag_high": (0.15, 0.04, 80),
    "alloy_std": (0.05, 0.02, 45),
    "alloy_high": (0.03, 0.01, 65),
    "ndpr_met": (0.04, 0.015, 115),
    "heavy_met": (0.003, 0.0008, 400),
    "ndpr_ox": (0.04, 0.015, 95),
    "dy_ox": (0.003, 0.0008, 320),
}

# priority, only allied, share of first year's demand, growth to the last year, share of the high grade
SECTORS = {
    "armed forces": (8, True, 0.03, 1.5, 0.7),
    "wind": (3, False, 0.22, 2.4, 0.5),
    "cars": (2, False, 0.45, 2.5, 0.45),
    "industry": (1, False, 0.30, 1.6, 0.15),
}
