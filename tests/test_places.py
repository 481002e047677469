"""Which provinces a text names. A star marks those that only a region of several stands for."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.sources.gazetteer import Rule, divisions, gazetteer, usual
from tracker.sources.places import mentions


def named(text: str) -> str:
    return " ".join(sorted({one.code + "*" * one.region for one in mentions(text)}))


def table(rows: str) -> list[tuple[str, str]]:
    """Lines `text | codes`."""
    pairs = (line.partition("|") for line in rows.strip().splitlines())
    return [(text.strip(), " ".join(sorted(codes.split()))) for text, _, codes in pairs]


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        湖北省、内蒙古自治区、重庆市 | HB NM CQ
        湖北、内蒙古、新疆生产建设兵团 | HB NM XJ
        中国香港、澳门特别行政区和台湾地区 | HK MO TW
        陕西省和山西省 | SN SX
        四川省泸州市泸县 | SC
        吉林省吉林市 | JL
        朝阳市 | LN
        台州市椒江区 | ZJ
        海南州、海南藏族自治州 | QH
        恩施州、湘西州、大兴安岭 | HB HN HL
        甘孜州、阿坝州、凉山彝族自治州 | SC
        克孜勒苏柯尔克孜自治州、伊犁州 | XJ
        呼伦贝尔市、锡林郭勒盟、兴安盟 | NM
        长阳土家族自治县、景宁县 | HB ZJ
        黔东南、黔西南和贵州黔南州 | GZ
        平果县、襄樊市、地级巢湖市、思茅、莱芜市 | GX HB AH YN SD
        长治市城区 | SX
        仙桃、潜江、神农架林区 | HB
        沙市区试点 | HB
        省会长沙市 | HN
        大同市区 | SX
        兰考县城 | HA
        安徽人 | AH
        河南省委省政府 | HA
        人民银行武汉分行 | HB
        武汉长江大桥 | HB
        国家超级计算郑州中心 | HA
    """),
)
def test_divisions_are_named_in_full_and_for_short(text: str, codes: str) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        天津市河北区 | TJ
        北京市朝阳区 | BJ
        天津市和平区、河西区 | TJ
        南京市鼓楼区 | JS
        徐州市鼓楼区 | JS
        福州市鼓楼区 | FJ
        郑州市中原区 | HA
        河北省石家庄市桥西区 | HE
        江西省赣州市南康区 | JX
        湖北省十堰市竹山县、房县 | HB
        安徽和县 | AH
        和平区、城关区、鼓楼区的做法 |
        解放区的天 |
        河北区位优势明显 | HE
        共同富裕县域 |
        省和县两级 |
        建成县级平台 |
        富民兴县 |
        乡村和县城 |
        寿县、霍邱县 | AH
    """),
)
def test_a_district_that_others_have_too_goes_by_its_province(text: str, codes: str) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        上海南部地区 | SH
        两吉安全生产 |
        珠江西岸 |
        长江西岸的码头 | AH* JX* HB* HN*
        黄河南岸 | SX* HA*
        黄河北岸 | SX* HA*
        淮河南岸 | HA* AH*
        洞庭湖南岸 | HN
        太湖南岸 |
        云龙湖北侧，东湖南侧，云台山东麓 |
        泰山西麓 |
        华山东侧 |
        西南通道 |
        扩大出海口，畅通沿海口岸 |
        建设新乡村 |
        加大理论研究，推广大理石 |
        制定西部规划 |
        巩固原有成果 |
        和田间管理 |
        确保定期报告 |
        做大连锁经营，大连片开发 |
        三明治加工 |
        集中卫生资源 |
        广西宁夏两区 | GX NX
        实现长治久安 |
        阿里巴巴集团 |
        各位来宾 |
        四平方米 |
        风云南下 |
        陕西南部 | SN
        江苏南部 | JS
        四川东部 | SC
        山西东部与山东西部 | SX SD
        广西北部与广东西部 | GX GD
        鄂西山区 | HB
        渭南北部 | SN
        东方市场、沿海城市 |
        孙中山，中山大学，世界大同 |
        日照充足、白银价格、朝阳产业、幸福安康 |
        平台、台账、港口、青年、宁静、吉祥、贵重 |
        新、青、老干部 |
        新晋企业晋升一级 |
        华中、中部、西部、东北三省 |
        江南、江北，河东、河西 |
        海北天南，山南海北 |
        左右江、太湖流域、秦巴山区 |
        南京路、北京路步行街 |
        北京时间 |
        上海合作组织成员国 |
        在上海证券交易所、深圳证券交易所上市 |
        沪深两市 |
        科教兴国战略 |
        全国各省、自治区、直辖市 |
    """),
)
def test_lookalikes_name_nobody_or_what_really_stands_there(text: str, codes: str) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        山西大同 | SX
        大同市、日照市 | SX SD
        太原、大同、朝阳等市 | SX LN
        大同、太原 | SX
        大同至西安铁路 | SX SN
        西安、宝鸡、安康 | SN
        南宁、北海、来宾 | GX
        深圳、中山、珠海 | GD
        甘肃白银 | GS
        北京大同时代公司 | BJ
        兴国、于都 | JX
        兴国安邦 |
        站在坝上而不是坐在会上 |
        张家口、坝上的草场 | HE
        坝上地区的草场 | HE
    """),
)
def test_a_name_that_is_a_word_too_counts_beside_places(text: str, codes: str) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        晋陕豫黄河金三角 | SX SN HA
        湘鄂赣 | HN HB JX
        赣闽粤原中央苏区 | JX FJ GD
        京津冀协同发展 | BJ TJ HE
        川渝地区 | SC CQ
        沪苏浙皖一体化 | SH JS ZJ AH
        甘青宁三省区、新甘青 | GS QH NX XJ
        湘鄂渝黔边区 | HN HB CQ GZ
        晋冀鲁豫 | SX HE SD HA
        港澳台同胞 | HK MO TW
        晋、陕、豫三省 | SX SN HA
        湘、鄂和赣 | HN HB JX
        湘赣边区域 | HN JX
        鄂北、皖江、赣南、湘南湘西 | HB AH JX HN
        皖北和豫东，鄂西北 | AH HA HB
        豫皖苏北 | HA AH JS
        在鄂央企、来皖投资、驻豫部队 | HB AH HA
        援鄂医疗队，援藏援疆援青 | HB XZ XJ QH
        晋商、徽商、湘商、楚商 | SX AH HN HB
        湘绣、粤菜、川剧 | HN GD SC
        京广、京九、浩吉、沪昆、陇海、兰新、大湛、京沪、京哈、京港澳、沪蓉 |
        赣粤高速、皖赣铁路、川藏铁路、渝湘高铁 |
        豫则立，鲁莽，苏醒 |
    """),
)
def test_one_character_names_count_in_runs_lists_and_compounds(text: str, codes: str) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        大别山 | AH* HA* HB*
        武陵山片区 | HB* HN*
        罗霄山区 | JX* HN*
        大别山武陵山 | AH* HA* HB* HN*
        吕梁-太行山 | SX SX* HA*
        长江经济带 | AH* JX* HB* HN*
        黄河流域 | SX* HA*
        淮河、汉江 | HA* AH* HB*
        长江中游城市群 | HB* HN* JX*
        中原城市群 | HA* SX* AH*
        湖北大别山区 | HB
        大别山安徽片区 | AH
        长江江西段 | JX
        山东、河南黄河滩区 | SD HA
        武汉长江中游航运中心 | HB
        湖北省和大别山区 | HB AH* HA* HB*
        长三角、珠三角、海峡西岸经济区 |
        粤港澳大湾区 | GD HK MO
    """),
)
def test_a_region_means_its_provinces_unless_one_beside_it_narrows_it(
    text: str, codes: str
) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        长株潭、洞庭湖、湘江新区 | HN
        丹江口库区 | HB HA
        三峡库区 | HB CQ
        引江济淮工程、皖江城市带、合芜蚌 | AH
        中原经济区、郑洛新、红旗渠 | HA
        武汉城市圈、光谷、东湖高新区 | HB
        吉泰走廊、赣江新区、井冈山、鄱阳湖 | JX
        三晋文化、楚文化、中原文化、湖湘文化 | SX HB HA HN
        汾河、赣江、湘江 | SX JX HN
        雄安新区、北京城市副中心 | HE BJ
        浦东、滨海新区、两江新区、天府新区 | SH TJ CQ SC
        前海、横琴、南沙 | GD
        西咸新区、杨凌、贵安新区、宁东 | SN GZ NX
        三江源、青海湖 | QH
        义乌经验、昆山模式、三明医改 | ZJ JS FJ
        成渝地区双城经济圈 | SC CQ
        天山南北 | XJ
    """),
)
def test_well_known_places_stand_for_their_provinces(text: str, codes: str) -> None:
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    table("""
        到2030年，合肥、武汉两地建成概念验证中心二十家，带动皖北、鄂西协同配套。 | AH HB
        对口帮扶云南省怒江州，选派医师到昭通、曲靖轮训。 | YN
        鼓励有条件的县（市、区）先行先试，形成可复制的经验。 |
        由省发展改革委牵头，各市州政府按职责分工负责。 |
        落实晋、陕、蒙三省区煤炭保供协议，优化唐呼线运力。 | SX SN NM
        推进巢湖流域治理，实施洪泽湖退圩还湖。 | AH JS
        支持郑州机场加密至卢森堡、吉隆坡的航班。 | HA
        加强同东盟、欧盟以及中亚五国的经贸往来。 |
        在南昌、九江、赣州布局算力节点，接入贵安枢纽。 | JX GZ
        探索湖南、江西与广东联合治理东江源的机制。 | HN JX GD
        压实河长责任，河湖南北两岸同步巡查。 |
        沿江西进、借港出海，打造多式联运新通道。 |
        确保定期通报，保定额、稳预期。 |
        督促企业按月报送电量，确保安全度汛、平稳度夏。 |
        全面推行林长制，守护大好河山西坡东坡一片绿。 |
        新建安庆至九江段、改造衡阳至柳州段。 | AH JX HN GX
        试点范围：天津市和平区；吉林省长春市朝阳区；云南省大理市。 | TJ JL YN
        责任单位：省教育厅、省财政厅，南阳、信阳市人民政府。 | HA
        支持海南自由贸易港与北部湾港联动。 | HI GX
        运用阿里云等平台，提升基层治理数字化水平。 |
        以西安为中心，辐射陇东、宁东和晋南。 | SN GS NX SX
        建立京津冀晋蒙鲁豫大气联防联控机制。 | BJ TJ HE SX NM SD HA
        推动苏南与苏北、粤东与珠三角共建园区。 | JS GD
        扩大开封菊花会、洛阳牡丹节影响。 | HA
        打通国道断头路，建好农村公路和田间道路。 |
        支持井冈山、瑞金、延安等地发展红色旅游。 | JX SN
        发挥黄山、张家界、武当山等景区带动作用。 | AH HN HB
        提高长治、晋城两市煤层气抽采利用率。 | SX
        中央财政对新疆、西藏和四省涉藏州县给予倾斜。 | XJ XZ
    """),
)
def test_sentences_as_policy_documents_write_them(text: str, codes: str) -> None:
    assert named(text) == codes


FREE = {
    name.words
    for names in gazetteer().names.values()
    for name in names
    if name.rule in {Rule.FREE, Rule.REGION}
}


def test_every_province_and_prefecture_is_found_by_its_full_and_its_usual_name() -> None:
    missed = [
        (called, code)
        for code, level, name in divisions()
        if level != "county"
        for called in usual(name)
        if called in FREE and named(f"支持{called}建设示范区。") != code
    ]

    assert missed == [("海南", "QH")]  # the province of that name


def test_every_full_name_of_a_prefecture_counts_by_itself() -> None:
    assert [name for _, level, name in divisions() if level != "county" and name not in FREE] == []


def test_every_county_that_one_province_has_is_found() -> None:
    counties = [row for row in divisions() if row[1] == "county" and row[2] in FREE]

    assert len(counties) > 2500
    assert [name for code, _, name in counties if named(f"支持{name}建设示范区。") != code] == []


def test_every_name_kept_by_hand_is_found() -> None:
    names = [name for same in gazetteer().names.values() for name in same]

    for name in names:
        if name.words in FREE:
            found = {one.code for one in mentions(f"支持{name.words}建设示范区。")}
            assert (name.words, found) == (name.words, set(name.codes))


def test_a_name_broken_by_a_line_break_is_one_name() -> None:
    text = "支持湖南\n\n  省长沙县，江\n西"

    first, second, third = mentions(text)

    assert (first.code, first.words) == ("HN", "湖南\n\n  省")
    assert (second.code, second.words) == ("HN", "长沙县")
    assert (third.code, third.words) == ("JX", "江\n西")


def test_a_numbered_list_keeps_its_lines_apart() -> None:
    assert named("附件\n1.山西\n2.安徽\n") == "AH SX"


def test_a_place_of_two_provinces_gives_two_mentions_of_the_same_words() -> None:
    assert [(one.code, one.words) for one in mentions("丹江口")] == [
        ("HB", "丹江口"),
        ("HA", "丹江口"),
    ]


def test_a_text_without_places_names_none() -> None:
    assert mentions("") == mentions("\n \n") == mentions("no place here 2024") == []


PIECES = st.sampled_from(
    [
        "湖北",
        "江",
        "西",
        "岸",
        "、",
        "和",
        "\n",
        "  ",
        "晋",
        "豫",
        "大同",
        "市",
        "区",
        "长江",
        "a1",
        "🚄",
        "。",
    ]
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_offsets_agree_with_words_whatever_the_text(text: str) -> None:
    found = mentions(text)

    assert all(text[one.start : one.end] == one.words for one in found)
    assert all(one.words == one.words.strip() != "" for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)


def test_the_region_documents_name_their_six_provinces(sources: Path) -> None:
    text = (sources / "2021-opinion.txt").read_text(encoding="utf-8")

    assert {"SX", "AH", "JX", "HA", "HB", "HN"} <= {one.code for one in mentions(text)}
