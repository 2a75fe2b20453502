// Twins of two real files that are not part of the product: made up, with the same columns and the
// same oddities (typing errors, odd dates, rows of one event that disagree, identical rows).
#pragma once

#include <string>

namespace entrepot::node::test {

/// 60 rows in windows-1252 of which 53 fit.
inline std::string wildlife_twin() {
    std::string out =
        "ID,Year,Date ,Database,Location ,\"City, Country\",Origin,Transit,Destination,Weight (kg) "
        ",Number,Airline ,Mode of Transport,Method of Detection,Obfuscation Method,Species\n";
    const char* const ways[] = {"Airfreight", "Air Freight", "Airfrieght",
                                "Airfeight",  "Arifreight",  "airfrieght",
                                "Lugage",     "Luggage",     "Passenger Clothing & Luggage",
                                "Unknown"};
    for (int i = 1; i <= 50; ++i) {
        const std::string number = std::to_string(i);
        out += number + ",2011," + std::to_string(i % 28 + 1) +
               "-May-11,Ivory,S\xe3o Paulo\x96"
               "Guarulhos,\"Hong Kong, China\",DR Congo,\"Doha, "
               "Qatar; Bangkok, Thailand\",UAE," +
               (i % 2 == 0 ? "2.50," : ",") + (i % 3 == 0 ? "7" : "") + ",Air \"\"Nord\"\",";
        out.replace(out.rfind("Air \"\"Nord\"\""), 12, "\"Air \"\"Nord\"\"\"");
        out += std::string(ways[i % 10]) + ",X-ray and dogs,in \"socks\",";
        out.replace(out.rfind("in \"socks\""), 10, "\"in \"\"socks\"\"\"");
        out += "Tusks\n";
    }
    const auto odd = [&](const char* id, const char* date, const char* origin, const char* weight,
                         const std::string& airline, const char* year = "2011") {
        out += std::string(id) + "," + year + "," + date + ",Birds,A,Kenya," + origin + ",,," +
               weight + ",3," + airline + ",,,,Finches\n";
    };
    odd("51", "5/17/2011 to 5/26/2011", "Kenya", "1", "");
    odd("52", "1-May-11", "Africa", "1", "");
    odd("53", "1-May-11", "Kenya", "400g each", "");
    odd("54", "1-May-11", "Kenya", "1", std::string(300, 'x'));
    odd("55", "1-May-11", "Kenya", "1", "", "2014");
    odd("55", "1-May-11", "Kenya", "1", "");
    odd("56", "31-Apr-11", "Kenya", "1", "");
    odd("57", "2-May-11", "Kenya", "\"1,250.5\"", "");
    odd("58", "3-May-11", "Libia", "1", "");
    odd("59", "4-May-11", "", "", "");
    return out;
}

/// 14 rows, 8 events, of which 6 fit.
inline std::string weapons_twin() {
    const std::string head =
        "Fiscal Year,Month (abbv),Component,Region,Area of Responsibility,Inbound/Outbound,Mode of "
        "Transportation,Seizure Type,Category,Event ID,Quantity Seized\r\n";
    const std::string here = "Office of Field Operations,Northern Border,Buffalo Field Office,";
    const auto row = [&](const char* month, const char* rest) {
        return "2024," + std::string(month) + "," + here + rest + "\r\n";
    };
    return head + row("DEC", "INBOUND,Air,Weapons,Handgun,101.0,2.0") +
           row("SEP", "OUTBOUND,Land,Ammunition & Gun Parts,Magazine,102.0,5.0") +
           row("DEC", "INBOUND,Air,Ammunition & Gun Parts,Magazine,101.0,4.0") +
           row("DEC", "INBOUND,Air,Ammunition & Gun Parts,Magazine,101.0,4.0") +
           row("OCT", "OTHER,Other,Weapons,Long Arm,103.0,1.0") +
           row("OCT", "OTHER,Other,Weapons,Long Arm,103.0,1.0") +
           row("JAN", "INBOUND,Sea,Weapons,Explosives,-2147483648.0,1.0") +
           row("JAN", "OUTBOUND,Land,Weapons,Handgun,-2147483648.0,1.0") +
           row("FEB", "INBOUND,Air,Weapons,Other Weapons,104.0,") +
           row("FEB", "INBOUND,Air,Weapons,Handgun,104.0,1.0") + "2025 (FYTD),MAR," + here +
           "INBOUND,Air,Weapons,Handgun,105.0,1.0\r\n" +
           row("MAR", "INBOUND,Air,Weapons,Scope,106.0,3.0") +
           row("MAR", "INBOUND,Air,Weapons,Receivers,106.0,3.0") +
           row("JUL", "INBOUND,Air,Ammunition & Gun Parts,Case,107.0,1025200.0");
}

}  // namespace entrepot::node::test
