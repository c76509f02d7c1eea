from django.db import migrations

TOPICS = {
    "area": [
        ("mobility", "Smart mobility", "智慧出行"),
        ("living", "Smart living", "智慧生活"),
        ("environment", "Smart environment", "智慧環境"),
        ("people", "Smart people", "智慧市民"),
        ("government", "Smart government", "智慧政府"),
        ("economy", "Smart economy", "智慧經濟"),
    ],
    "technology": [
        ("ai-analytics", "AI and analytics", "人工智能與數據分析"),
        ("iot-sensing", "Internet of Things and sensing", "物聯網與感測"),
        ("robotics-drones", "Robotics and drones", "機械人與無人機"),
        ("bim-digital-twin", "BIM and digital twin", "建築信息模擬與數碼孿生"),
        ("energy-efficiency", "Energy efficiency", "能源效益"),
        ("renewable-storage", "Renewable energy and storage", "可再生能源與儲能"),
        ("materials-coatings", "Materials and coatings", "材料與塗層"),
        ("ar-vr", "Augmented and virtual reality", "擴增實境與虛擬實境"),
        ("5g-communication", "5G and communication", "5G 與通訊"),
        ("water-air-treatment", "Water and air treatment", "水質與空氣處理"),
        ("biotech-health", "Biotechnology and health", "生物科技與健康"),
        ("cyber-security", "Cyber-security", "網絡保安"),
    ],
    "application": [
        ("lifts-escalators", "Lifts and escalators", "升降機與自動梯"),
        ("air-conditioning", "Air-conditioning", "空調"),
        ("electrical-lighting", "Electrical and lighting", "電力與照明"),
        ("fire-services", "Fire services", "消防裝置"),
        ("drainage-flood", "Drainage and flood", "渠務與防洪"),
        ("water-works", "Water works", "水務"),
        ("airport-boundary", "Airport and boundary", "機場與口岸"),
        ("vehicles-fleet", "Vehicles and fleet", "車輛與車隊"),
        ("hospitals", "Hospitals", "醫院"),
        ("cremation-columbaria", "Cremation and columbaria", "火葬場與骨灰龕"),
        ("markets-toilets", "Markets and public toilets", "街市與公廁"),
        ("correctional", "Correctional institutions", "懲教院所"),
        ("slopes", "Slopes", "斜坡"),
        ("building-operation", "Building operation", "樓宇營運"),
        ("site-safety", "Site safety", "工地安全"),
        ("offices", "Offices", "辦公室"),
    ],
}


def add(apps, schema_editor):
    topic = apps.get_model("topics", "Topic")
    topic.objects.bulk_create(
        (
            topic(kind=kind, slug=slug, name_en=en, name_zh=zh, position=position)
            for kind, rows in TOPICS.items()
            for position, (slug, en, zh) in enumerate(rows)
        ),
        ignore_conflicts=True,  # the way back leaves them, and what is said with them
    )


class Migration(migrations.Migration):
    dependencies = [("topics", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
