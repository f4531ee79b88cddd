"""Five plans without instruments worked out by hand, sheets and tables, for the audit to agree with."""

from __future__ import annotations

from audited import Toy, manifest, settings

# A candidate at 80 of 100 t: 10 MUSD x (0.2 + 0.8 x 0.8) = 8.4 MUSD, 40 % in 2030 and 60 % in 2031, half of it public.
# It makes 40 t in 2031 and 80 t from 2032; 2.2 of the 2.52 MUSD of 2031 come from that year's pot, the rest is carried
# over from the 2 MUSD of 2030, of which 1.68 were used. At 25 % a year counts 0.8 of the one before.
INVESTMENT = Toy(
    sheets={
        "Settings": settings(2030, 2033, 0.25, "resilience_weight,0"),
        "Countries": "country,name,ally\nA,Aland,yes",
        "Materials": "material,name,stage\nm,magnet,magnet",
        "Recipes": "process,recipe,stage,material,direction,t_per_t,opex_usd_per_kg\nmake,r1,press,m,output,1,1",
        "Ramps": "ramp,operating_year,fraction\nr,1,0.5\nr,2,1",
        "Projects": """
            project,country,process,status,capacity_t_per_year,min_capacity_t_per_year,capex_musd,fixed_capex_share,public_share,opex_usd_per_kg,fixed_opex_musd_per_year,first_funding_year,lead_years,spend_profile,ramp,min_utilization,group,requires
            p,A,make,candidate,100,50,10,0.2,0.5,2,0.3,2030,1,0.4;0.6,r,0.5,g,
            q,A,make,candidate,100,50,10,0.2,0.5,2,0.3,2030,1,0.4;0.6,r,0.5,,
        """,
        "Demand": "sector,country,material,year,demand_t,min_coverage\nall,A,m,2029,90,\nall,A,m,2033,110,0.7",
        "Budgets": "funder,budget_musd,year,carry_over,countries,stages\nF,2,2030,yes,A,\nF,2.2,2031,,,press",
        "Redundancy": "rule,stage,material,from_year,min_countries,min_projects,max_country_share\nr,,m,2032,1,1,1",
    },
    tables={
        "portfolio": "p,A,p,make,press,2030,2031,2032,80,100,1,8.4,4.2,1",
        "coverage": """
            base,all,A,m,no,2030,95,0,0,95,0,1
            base,all,A,m,no,2031,100,40,40,60,0.4,1
            base,all,A,m,no,2032,105,80,80,25,0.76190476190476,1
            base,all,A,m,no,2033,110,80,80,30,0.72727272727273,1
        """,
        "capacity": """
            p,A,press,make,candidate,2031,40,40
            p,A,press,make,candidate,2032,80,80
            p,A,press,make,candidate,2033,80,80
        """,
        "costs": """
            capex,2030,3.36,3.36
            capex,2031,4.032,5.04
            fixed_opex,2031,0.192,0.24
            fixed_opex,2032,0.1536,0.24
            fixed_opex,2033,0.12288,0.24
            opex,2031,0.096,0.12
            opex,2032,0.1536,0.24
            opex,2033,0.12288,0.24
        """,
        "outlays": "F,p,2030,1.68 F,p,2031,2.52",
        "redundancy": """
            r,min_countries,,m,2032,1,1,yes
            r,min_projects,,m,2032,1,1,yes
            r,max_country_share,,m,2032,1,1,yes
            r,min_countries,,m,2033,1,1,yes
            r,min_projects,,m,2033,1,1,yes
            r,max_country_share,,m,2033,1,1,yes
        """,
        "runs": """
            base,p,r1,allied,2031,40
            base,p,r1,allied,2032,80
            base,p,r1,allied,2033,80
        """,
    },
    manifest=manifest("coverage", 210, 210, 8.23296, 4.2),
)

# 60 t of allied metal make 48 t of allied magnets, 50 t of bought metal 40 t of open ones (1.25 t per t). A may not ship
# to B, so all goes through T in two legs at 0.5 USD/kg. Shortfall 12 t x 100 + 10 t x 50 USD/kg = 1.7 MUSD.
CHAIN = Toy(
    sheets={
        "Settings": settings(2030, 2030, 0, "objective,cost", "default_transport_usd_per_kg,0.5"),
        "Countries": "country,name,ally,trusted\nA,A,yes,\nB,B,yes,\nT,T,no,yes\nN,N,no,",
        "Materials": "material,name,stage\nmetal,metal,metal\nmagnet,magnet,magnet",
        "Recipes": """
            process,recipe,stage,material,direction,t_per_t,opex_usd_per_kg
            met,r1,metallization,metal,output,1,
            mag,r1,magnet,metal,input,1.25,
            mag,r1,magnet,magnet,output,1,4
        """,
        "Projects": """
            project,country,process,status,capacity_t_per_year,opex_usd_per_kg,fixed_opex_musd_per_year
            pm,A,met,existing,60,2,
            pg,A,mag,existing,88,,0.7
        """,
        "Demand": """
            sector,country,material,year,demand_t,allied_only,shortfall_usd_per_kg
            def,B,magnet,2030,60,yes,100
            civ,B,magnet,2030,50,no,50
        """,
        "Imports": "supplier,material,country,year,max_t,price_usd_per_kg\nN,metal,,2029,40,2\nN,metal,,2031,60,4",
        "Routes": "material,from,to,cost_usd_per_kg,max_t_per_year,allowed\n*,A,B,,,no\nmagnet,A,*,0.5,88,",
    },
    tables={
        "coverage": """
            base,def,B,magnet,yes,2030,60,48,48,12,0.8,1
            base,civ,B,magnet,no,2030,50,40,0,10,0.8,1
        """,
        "capacity": "pm,A,metallization,met,existing,2030,60,60 pg,A,magnet,mag,existing,2030,88,88",
        "flows": """
            base,magnet,allied,A,T,2030,48
            base,magnet,open,A,T,2030,40
            base,magnet,allied,T,B,2030,48
            base,magnet,open,T,B,2030,40
        """,
        "costs": """
            fixed_opex,2030,0.7,0.7
            opex,2030,0.472,0.472
            transport,2030,0.088,0.088
            imports,2030,0.15,0.15
            shortfall,2030,1.7,1.7
        """,
        "runs": """
            base,pm,r1,allied,2030,60
            base,pg,r1,allied,2030,48
            base,pg,r1,open,2030,40
        """,
        "imports": "base,N,A,metal,2030,50,0.15,any",
    },
    manifest=manifest("cost", None, 22, 3.11, 0),
)
# The specific row of magnets out of A would open the way to B as well; it is closed by its own, more specific row.
CHAIN = Toy({**CHAIN.sheets, "Routes": CHAIN.sheets["Routes"] + "\nmagnet,A,B,,,no"}, CHAIN.tables, CHAIN.manifest)

# Losing A or B for 2031 to 2033, looked at in 2031 and 2033, each for 1.5 years. The stock holds 10 + 12 = 22 t before
# it begins: (8 + 6.6667) x 1.5 = 22. Short without A: (52 + 53.3333) x 1.5 = 158, without B: 98, average 128, x priority 2.
LOSS = Toy(
    sheets={
        "Settings": settings(2030, 2033, 0, "default_transport_usd_per_kg,1"),
        "Countries": "country,name,ally,may_be_lost\nA,A,yes,\nB,B,yes,\nC,C,yes,no",
        "Materials": "material,name,stage\nm,m,magnet",
        "Recipes": "process,recipe,stage,material,direction,t_per_t\nmake,r1,press,m,output,1",
        "Projects": "project,country,process,status,capacity_t_per_year\npa,A,make,existing,60\npb,B,make,existing,40",
        "Demand": "sector,country,material,year,demand_t,priority\nall,C,m,2030,100,2",
        "Disruptions": """
            scenario,kind,target,from_year,years,check_years,sector,min_coverage
            loss,lose_country,each,2031,9,2031;2033,all,0.46
        """,
        "Stockpiles": """
            material,country,opening_t,max_t,purchase_usd_per_kg,max_purchase_t_per_year,holding_usd_per_kg_year
            m,C,10,22,10,12,1
        """,
    },
    tables={
        "coverage": """
            base,all,C,m,no,2030,100,100,100,0,1,2
            base,all,C,m,no,2031,100,100,100,0,1,2
            base,all,C,m,no,2032,100,100,100,0,1,2
            base,all,C,m,no,2033,100,100,100,0,1,2
            loss:A,all,C,m,no,2031,100,48,40,52,0.48,2
            loss:A,all,C,m,no,2033,100,46.666666667,40,53.333333333,0.46666666667,2
            loss:B,all,C,m,no,2031,100,68,60,32,0.68,2
            loss:B,all,C,m,no,2033,100,66.666666667,60,33.333333333,0.66666666667,2
        """,
        "capacity": "\n".join(
            f"pa,A,press,make,existing,{year},60,60 pb,B,press,make,existing,{year},40,40" for year in range(2030, 2034)
        ),
        "flows": "\n".join(f"base,m,allied,A,C,{year},60 base,m,allied,B,C,{year},40" for year in range(2030, 2034))
        + "\n".join(("", *(f"loss:A,m,allied,B,C,{year},40 loss:B,m,allied,A,C,{year},60" for year in (2031, 2033)))),
        "costs": """
            transport,2030,0.1,0.1
            transport,2031,0.1,0.1
            transport,2032,0.1,0.1
            transport,2033,0.1,0.1
            stockpile,2030,0.142,0.142
            stockpile,2031,0.022,0.022
            stockpile,2032,0.022,0.022
            stockpile,2033,0.022,0.022
        """,
        "outlays": "all,stockpile:m:C,2030,0.12",
        "losses": """
            loss:A,all,2031,100,48,0.48
            loss:A,all,2033,100,46.666666667,0.46666666667
            loss:B,all,2031,100,68,0.68
            loss:B,all,2033,100,66.666666667,0.66666666667
        """,
        "runs": "\n".join(f"base,pa,r1,allied,{year},60 base,pb,r1,allied,{year},40" for year in range(2030, 2034))
        + "\n".join(("", *(f"loss:A,pb,r1,allied,{year},40 loss:B,pa,r1,allied,{year},60" for year in (2031, 2033)))),
        "stocks": """
            base,C,m,no,2030,12,0,22
            base,C,m,no,2031,0,0,22
            base,C,m,no,2032,0,0,22
            base,C,m,no,2033,0,0,22
            loss:A,C,m,no,2031,0,8,14
            loss:A,C,m,no,2033,0,6.666666667,0
            loss:B,C,m,no,2031,0,8,14
            loss:B,C,m,no,2033,0,6.666666667,0
        """,
    },
    manifest=manifest("coverage", 256, 0, 0.608, 0.12),
)

# Half of a site (p1 takes p2 with it) or half of a supplier is lost; the worst of 80 and 50 t counts half beside the
# 30 t short in the base: 70 t.
HALVES = Toy(
    sheets={
        "Settings": settings(2030, 2030, 0, "resilience_measure,worst", "resilience_weight,0.5"),
        "Countries": "country,name,ally\nA,A,yes\nX,X,no",
        "Materials": "material,name,stage\nm,m,magnet",
        "Recipes": "process,recipe,stage,material,direction,t_per_t\nmake,r1,press,m,output,1",
        "Projects": """
            project,country,process,status,capacity_t_per_year,site,first_year,last_year,ramp
            p1,A,make,existing,50,s,,,r
            p2,A,make,existing,50,s,,,
            p3,A,make,committed,60,,2030,,r
            old,A,make,existing,60,,,2029,
        """,
        "Ramps": "ramp,operating_year,fraction\nr,1,0.5\nr,2,1",
        "Demand": "sector,country,material,year,demand_t\nall,A,m,2030,200",
        "Imports": "supplier,material,country,year,max_t,price_usd_per_kg\nX,m,A,2030,40,2",
        "Disruptions": """
            scenario,kind,target,severity,weight
            plant,lose_project,p1,0.5,
            seller,lose_supplier,X,0.5,
            ignored,lose_country,A,,0
        """,
    },
    tables={
        "coverage": """
            base,all,A,m,no,2030,200,170,130,30,0.85,1
            plant,all,A,m,no,2030,200,120,80,80,0.6,1
            seller,all,A,m,no,2030,200,150,130,50,0.75,1
            ignored,all,A,m,no,2030,200,40,0,160,0.2,1
        """,
        "capacity": """
            p1,A,press,make,existing,2030,50,50
            p2,A,press,make,existing,2030,50,50
            p3,A,press,make,committed,2030,30,30
        """,
        "costs": "imports,2030,0.08,0.08",
        "losses": "plant,all,2030,200,120,0.6 seller,all,2030,200,150,0.75 ignored,all,2030,200,40,0.2",
        "runs": """
            base,p1,r1,allied,2030,50
            base,p2,r1,allied,2030,50
            base,p3,r1,allied,2030,30
            plant,p1,r1,allied,2030,25
            plant,p2,r1,allied,2030,25
            plant,p3,r1,allied,2030,30
            seller,p1,r1,allied,2030,50
            seller,p2,r1,allied,2030,50
            seller,p3,r1,allied,2030,30
        """,
        "imports": """
            base,X,A,m,2030,40,0.08,A
            plant,X,A,m,2030,40,0.08,A
            seller,X,A,m,2030,20,0.04,A
            ignored,X,A,m,2030,40,0.08,A
        """,
    },
    manifest=manifest("coverage", 70, 30, 0.08, 0),
)

# The plant runs from 2031 with 50 people. 25 are free then, half way from 20 to 30, and 25 begin training in 2030 for 0.1 MUSD
# each: all who could be there. In 2032 30 are free, and 25 more could have been trained: 5 of 55 are to spare.
PEOPLE = Toy(
    sheets={
        "Settings": settings(2030, 2032, 0, "resilience_weight,0"),
        "Countries": "country,name,ally\nA,Aland,yes",
        "Materials": "material,name,stage\nm,magnet,magnet",
        "Recipes": "process,recipe,stage,material,direction,t_per_t\nmake,r1,press,m,output,1",
        "Projects": "project,country,process,status,capacity_t_per_year,capex_musd,lead_years,workforce\n"
        "p,A,make,candidate,100,10,1,50",
        "Demand": "sector,country,material,year,demand_t\nall,A,m,2030,100",
        "Workforce": "country,year,available,training_cost_usd_per_person,max_trained_per_year,training_years\n"
        "A,2030,20,100000,25,1\nA,2032,30,100000,25,1",
        "Budgets": "funder,budget_musd,stages\nF,10,press\nG,2.5,training",
    },
    tables={
        "portfolio": "p,A,p,make,press,2030,2031,2031,100,100,1,10,10,1",
        "coverage": """
            base,all,A,m,no,2030,100,0,0,100,0,1
            base,all,A,m,no,2031,100,100,100,0,1,1
            base,all,A,m,no,2032,100,100,100,0,1,1
        """,
        "capacity": """
            p,A,press,make,candidate,2031,100,100
            p,A,press,make,candidate,2032,100,100
        """,
        "costs": "capex,2030,10,10 training,2030,2.5,2.5",
        "outlays": "F,p,2030,10 G,training:A,2030,2.5",
        "runs": "base,p,r1,allied,2031,100 base,p,r1,allied,2032,100",
        "workforce": """
            A,2030,20,25,0,0,20,20,no,2.5
            A,2031,25,0,25,50,0,50,yes,0
            A,2032,30,0,25,50,5,80,no,0
        """,
    },
    manifest=manifest("coverage", 100, 100, 12.5, 12.5),
)

PLANS = {"investment": INVESTMENT, "chain": CHAIN, "loss": LOSS, "halves": HALVES, "people": PEOPLE}
