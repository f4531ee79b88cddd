"""A funded plant with every kind of instrument, worked out by hand, sheets and tables, for the audit to agree with.

The candidate p of INVESTMENT: 80 of 100 t for 8.4 MUSD, 40 % in 2030 and 60 % in 2031, 40 t of capacity in 2031 and 80 t from
2032. Its firm plans with half of it (20, 40, 40 t) for three years, beyond the plan, which ends in 2032; a year counts 0.8 of
the one before, tax is 30 %, depreciation 2.8 MUSD a year.

Planning deck, m at 100, 120, 90 USD/kg in 2031, 2032, 2033 (100 half way from 80 to 120), o at 60, 20, 20, n at 10:
- r1 earns 100 - 40 - 2 = 58 USD/kg in 2031, r2 100 + 5 - 60 - 10 - 2 = 33. From 2032 on r2 is better: 93 to 78, 63 to 48.
- 2031: 20 t: 2 of revenue, 0.84 + 0.24 of opex; tax 0.3 x (0.92 - 2.8) = -0.564; left 1.484.
- 2032: 40 t: 5 of revenue, 0.8 of inputs, 0.48 + 0.24 of opex; tax 0.3 x 0.68 = 0.204; left 3.276.
- 2033: 40 t: 3.8 of revenue, inputs and opex the same; tax -0.156; left 2.436.
- unaided -3.36 - 5.04 x 0.8 + 1.484 x 0.8 + 3.276 x 0.64 + 2.436 x 0.512 = -2.860928.
Crash deck, m at 60, o at 60, n at 10: r1 with 18 USD/kg; left 0.12 + 0.804 = 0.924, then 0.48 + 0.696 = 1.176 twice;
unaided -5.298048.

The package is worth 2.9442 (4.81908 in the crash) and costs 4.9885; each draw is 0.4 in 2030 and 0.6 in 2031, worth 0.88:
- grant of 2: 1.76 - 0.3 x 2 / 3 x (0.8 + 0.64 + 0.512) = 1.3696.
- loan of 2 at 10 %, all repaid in 2032 (grace until all is drawn): interest 0.08 in 2031 and 0.2 in 2032, payments 0.08 and
  2.2: 1.76 - 0.064 - 1.408 + 0.3 x (0.064 + 0.128) = 0.3456; at 0 % of discount 80 % of 2.28 comes back, 1.824: 8.8 % is
  charged.
- equity of 1: 0.1 a year and 1 in 2033: 0.88 - 0.1952 - 0.512 = 0.1728.
- guarantee of 1, as half the loan: 0.1728; charged 0.5 x 0.1, 0.5 may fall due in 2032.
- investment credit of 0.5 in 2031: 0.4.
- production credit of 5 USD/kg on 40 t, two years, 10 and 20 t: 0.05 x 0.8 + 0.1 x 0.64 = 0.104.
- floor of 110 USD/kg on 50 t, 12.5 t and then 25 t: 0.125 in 2031, -0.3 x 0.25 in 2032, 0.5 in 2033:
  0.7 x (0.1 - 0.048 + 0.256) = 0.2156; the last 0.5 is charged in 2032; in the crash 0.625 + 1.25 + 1.25 = 3.125, worth
  0.7 x (0.5 + 0.8 + 0.64) = 1.358.
- offtake of 115 USD/kg on 30 t, 7.5 t and then 15 t: 0.1125, -0.075, 0.375: 0.7 x (0.09 - 0.048 + 0.192) = 0.1638; in the
  crash 2.0625, worth 0.7 x (0.33 + 0.528 + 0.4224) = 0.89628. Without both the crash leaves -0.478968 - 2.25428 = -2.733248.

All the money, the capacity and the 40 jobs (50 x 80 / 100) are A's; 100 of its 300 t are served.
"""

from __future__ import annotations

from audit_toys import INVESTMENT
from audited import Toy, manifest, settings

PACKAGE = Toy(
    sheets={
        "Settings": settings(2030, 2032, 0, "resilience_weight,0", "utilization,0.5", "max_contingent_musd,6"),
        "Countries": "country,name,ally\nA,Aland,yes\nB,Bland,yes",
        "Materials": "material,name,stage\nm,magnet,magnet\nn,by-product,magnet\no,oxide,oxide",
        "Recipes": """
            process,recipe,stage,material,direction,t_per_t,opex_usd_per_kg
            make,r1,press,m,output,1,40
            make,r2,press,o,input,1,10
            make,r2,press,m,output,1,
            make,r2,press,n,output,0.5,
        """,
        "Ramps": INVESTMENT.sheets["Ramps"],
        "Projects": """
            project,country,process,status,capacity_t_per_year,min_capacity_t_per_year,capex_musd,fixed_capex_share,public_share,opex_usd_per_kg,fixed_opex_musd_per_year,lead_years,spend_profile,ramp,workforce,hurdle_rate,operating_life_years,tax_rate
            p,A,make,candidate,100,50,10,0.2,,2,0.3,1,0.4;0.6,r,50,0.25,3,0.3
            q,A,make,candidate,100,50,10,0.2,,2,0.3,1,0.4;0.6,r,50,0.25,3,0.3
        """,
        "Demand": "sector,country,material,year,demand_t\nall,A,m,2030,100",
        "Prices": """
            deck,material,year,usd_per_kg
            base,m,2030,80
            base,m,2032,120
            base,m,2033,90
            base,n,2030,10
            base,o,2030,100
            base,o,2032,20
            crash,m,2030,60
            crash,n,2030,10
            crash,o,2030,60
        """,
        "Instruments": """
            instrument,kind,stages,countries,funders,max_share,max_musd_per_project,rate,tenor_years,grace_years,coverage,default_probability,material,usd_per_kg,years,upside_share
            give,grant,press,A,F,0.3,2.5,,,,,,,,,
            lend,loan,,,,,,0.1,2,1,,0.2,,,,
            own,equity,,,,,,0.1,,,,,,,,
            back,guarantee,,,,,,0.1,2,,0.5,0.1,,,,
            credit,investment_credit,,,,,,,,,,,,,,
            tonne,production_credit,,,,,,,,,,,m,5,2,
            hold,floor,,,G,0.7,,,,,,,m,110,,0.3
            buy,offtake,,,G,,,,,,,,m,115,,
        """,
        "Budgets": """
            funder,budget_musd,instruments,home,max_project_share,min_domestic_share
            F,2,give,A,0.8,1
            F,1.9,lend;own;back;credit;tonne,,,
            G,1.2,hold;buy,B,,
        """,
        "Fairness": """
            rule,country,measure,stage,year,min_share,max_share
            cash,A,money,,,0.5,
            none,B,money,,,,0.4
            now,A,capacity,press,2031,0.2,
            end,B,capacity,press,,,0.9
            work,A,jobs,,,0.1,1
            fed,A,coverage,,,0.3,
        """,
    },
    tables={
        "portfolio": "p,A,p,make,press,2030,2031,2032,80,100,1,8.4,4.9885,0.83333333",
        "fairness": """
            cash,A,money,,,4.9885,4.9885,1,0.5,,yes
            none,B,money,,,0,4.9885,0,,0.4,yes
            now,A,capacity,press,2031,40,40,1,0.2,,yes
            end,B,capacity,press,2032,0,80,0,,0.9,yes
            work,A,jobs,,,40,40,1,0.1,1,yes
            fed,A,coverage,,,100,300,0.3333333333,0.3,,yes
        """,
        "coverage": """
            base,all,A,m,no,2030,100,0,0,100,0,1
            base,all,A,m,no,2031,100,40,40,60,0.4,1
            base,all,A,m,no,2032,100,60,60,40,0.6,1
        """,
        "capacity": "p,A,press,make,candidate,2031,40,40 p,A,press,make,candidate,2032,80,60",
        "costs": """
            capex,2030,3.36,3.36
            capex,2031,5.04,5.04
            fixed_opex,2031,0.24,0.24
            fixed_opex,2032,0.24,0.24
            opex,2031,1.68,1.68
            opex,2032,2.52,2.52
        """,
        "outlays": """
            F,p,2030,0.8,give
            F,p,2031,1.2,give
            F,p,2030,0.0704,lend
            F,p,2031,0.1056,lend
            F,p,2030,0.4,own
            F,p,2031,0.6,own
            F,p,2030,0.02,back
            F,p,2031,0.03,back
            F,p,2031,0.5,credit
            F,p,2031,0.05,tonne
            F,p,2032,0.1,tonne
            G,p,2031,0.125,hold
            G,p,2032,0.5,hold
            G,p,2031,0.1125,buy
            G,p,2032,0.375,buy
        """,
        "runs": "base,p,r1,allied,2031,40 base,p,r1,allied,2032,60",
        "packages": """
            p,A,press,2030,give,grant,0.23809524,2,2,1.3696,0,0,F
            p,A,press,2030,lend,loan,0.23809524,2,0.176,0.3456,0,1.824,F
            p,A,press,2030,own,equity,0.11904762,1,1,0.1728,0,1.3,F
            p,A,press,2030,back,guarantee,0.11904762,1,0.05,0.1728,0.5,0,F
            p,A,press,2030,credit,investment_credit,0.05952381,0.5,0.5,0.4,0,0,F
            p,A,press,2030,tonne,production_credit,0.5,40,0.15,0.104,0,0,F
            p,A,press,2030,hold,floor,0.625,50,0.625,0.2156,3.125,0.075,G
            p,A,press,2030,buy,offtake,0.375,30,0.4875,0.1638,2.0625,0.075,G
        """,
        "viability": "p,A,press,2030,80,8.4,0.25,-2.860928,0.083272,-5.298048,-0.478968,"
        "4.9885,5.5,2.9,0.58133707,0.75,0.5,-2.733248",
        "cashflows": """
            p,base,2030,0,,0,0,0,3.36,0,2.4,-0.96
            p,base,2031,20,r1,2,0,1.08,5.04,-0.564,3.93225,0.37625
            p,base,2032,40,r2,5,0.8,0.72,0,0.204,-3.515,-0.239
            p,base,2033,40,r2,3.8,0.8,0.72,0,-0.156,-0.6875,1.7485
            p,crash,2030,0,,0,0,0,3.36,0,2.4,-0.96
            p,crash,2031,20,r1,1.2,0,1.08,5.04,-0.804,4.49225,0.37625
            p,crash,2032,40,r1,2.4,0,1.92,0,-0.696,-1.9575,-0.7815
            p,crash,2033,40,r1,2.4,0,1.92,0,-0.696,0.1525,1.3285
        """,
        "liability": """
            p,hold,2031,0.125,0.625
            p,hold,2032,0,1.25
            p,hold,2033,0.5,1.25
            p,buy,2031,0.1125,0.4125
            p,buy,2032,0,0.825
            p,buy,2033,0.375,0.825
            p,back,2032,0,0.5
        """,
        "funders": "F,A,3.9,3.876,3.876,1,0.77698707 G,B,1.2,1.1125,0,0,0.22301293",
        "burden": "A,3.876,4.9885,80,40,300,100,0.33333333 B,1.1125,0,0,0,0,0,",
    },
    manifest=manifest("coverage", 200, 200, 13.08, 4.9885),
)
